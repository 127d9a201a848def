from cpanel_api import CPanelApi

client = CPanelApi("127.0.0.1", "user", "12345luggage", port=2082, ssl=False)
answer = client.cpanel2.SSL.gencsr(
    city="Houston", company="cPanel", country="US", host="example.com", state="Texas"
)
print(answer.cpanelresult.data[0].output)
