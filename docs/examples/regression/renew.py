"""Makes a new CSR for every host that has a key: CPANEL_URL=… CPANEL_LOGIN=user:… renew.py."""

import base64
import json
import os
import urllib.parse
import urllib.request

SUBJECT = {"city": "Houston", "company": "cPanel", "country": "US", "state": "Texas"}


def call(url, login, function, **arguments):
    query = {
        "cpanel_jsonapi_module": "SSL",
        "cpanel_jsonapi_func": function,
        "cpanel_jsonapi_apiversion": 2,
        **arguments,
    }
    request = urllib.request.Request(f"{url}/json-api/cpanel?{urllib.parse.urlencode(query)}")
    request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        result = json.load(answer)["cpanelresult"]
    if "error" in result:
        raise RuntimeError(result["error"])
    return result["data"]


def renew(url, login):
    hosts = [row["host"] for row in call(url, login, "listkeys")]
    for host in hosts:
        call(url, login, "gencsr", host=host, **SUBJECT)
    return hosts


if __name__ == "__main__":
    print(*renew(os.environ["CPANEL_URL"], os.environ["CPANEL_LOGIN"]), sep="\n")
