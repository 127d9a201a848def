import pytest
from renew import renew

LOGIN = "user:12345luggage"


def test_every_host_with_a_key_is_renewed(cpanel_emu):
    assert renew(cpanel_emu.cpanel_url, LOGIN) == ["example.com"]
    [call] = cpanel_emu.journal.assert_called("SSL", "gencsr", times=1, user="user")
    assert call.named["host"] == "example.com"
    [csr] = call.files
    assert (cpanel_emu.root.path / csr).read_text().startswith("-----BEGIN CERTIFICATE REQUEST")


@pytest.mark.cpanel_emu(faults=[{"kind": "fail", "function": "gencsr", "text": "Disk is full."}])
def test_refusal_is_not_overlooked(cpanel_emu):
    with pytest.raises(RuntimeError, match="Disk is full"):
        renew(cpanel_emu.cpanel_url, LOGIN)
