import os
import subprocess
from pathlib import Path

import pytest

ORDER = {
    "city": "Houston",
    "company": "cPanel",
    "country": "US",
    "host": "example.com",
    "state": "Texas",
}


def order(emulator, order):
    return subprocess.run(
        ["php", "billing.php", "user", *(f"{name}={value}" for name, value in order.items())],
        cwd=Path(__file__).parent,
        env={**os.environ, "WHM_URL": emulator.whm_url, "WHM_PASSWORD": "12345luggage"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_order_makes_one_csr(cpanel_emu):
    done = order(cpanel_emu, ORDER)
    assert done.stderr == ""
    assert done.stdout == "Certificate Signing Request generated!\n"
    cpanel_emu.journal.assert_called(
        "SSL", "gencsr", times=1, user="user", door="whm", arguments=ORDER
    )


def test_customer_learns_why_it_was_refused(cpanel_emu):
    done = order(cpanel_emu, {**ORDER, "city": ""})
    assert done.stderr == '"city" is a required argument.\n'
    assert done.stdout == ""


@pytest.mark.cpanel_emu(faults=[{"kind": "html", "times": 1}], all_used=True)
def test_page_of_a_broken_server_is_no_success(cpanel_emu):
    done = order(cpanel_emu, ORDER)
    assert done.returncode == 1
    assert done.stdout == ""
