"""``cpapi2``, ``cpapi1`` and ``uapi`` as programs: every byte of ``liveapi_cli §2``."""

from __future__ import annotations

import base64
import dataclasses
import pwd
import subprocess
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Account
from cpanel_emu.call import Data
from cpanel_emu.cli.call_program import run
from tests.cli.programs import PATIENCE, Done, Shell

SUBJECT = (
    "city=Houston",
    "company=cPanel",
    "companydivision=Documentation",
    "country=US",
    "email=user%40example.com",
    "host=example.com",
    "password=12345luggage",
    "state=Texas",
)

DOCUMENTED = (
    "cpapi2 --user=username SSL gencsr city=Houston company=cPanel "
    "companydivision=Documentation country=US email=username%40example.com host=example.com "
    "state=Texas password=12345luggage"
)
"""As printed in the documentation (``ssl §1.2``)."""

GENERATED_YAML = """--- \n\
cpanelresult: \n\
  apiversion: 2
  data: \n\
    - \n\
      output: Certificate Signing Request generated!
      result: 1
  event: \n\
    result: 1
  func: gencsr
  module: SSL
"""
GENERATED_JSON = (
    '{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":"Certificate Signing '
    'Request generated!","result":1}],"event":{"result":1},"module":"SSL"}}\n'
)
GENERATED_PRETTY = """{
   "cpanelresult" : {
      "apiversion" : 2,
      "func" : "gencsr",
      "data" : [
         {
            "output" : "Certificate Signing Request generated!",
            "result" : 1
         }
      ],
      "event" : {
         "result" : 1
      },
      "module" : "SSL"
   }
}
"""
GENERATED_XML = """<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <output>Certificate Signing Request generated!</output>
    <result>1</result>
  </data>
  <event>
    <result>1</result>
  </event>
  <func>gencsr</func>
  <module>SSL</module>
</cpanelresult>
"""

CITY_YAML = """--- \n\
cpanelresult: \n\
  apiversion: 2
  data: \n\
    - \n\
      output: "\\"city\\" is a required argument."
      result: 0
  error: "\\"city\\" is a required argument."
  event: \n\
    result: 1
  func: gencsr
  module: SSL
"""
UNKNOWN_YAML = """--- \n\
cpanelresult: \n\
  apiversion: 2
  error: Could not find function 'nosuch' in module 'SSL'
  func: nosuch
  module: SSL
"""
NO_CSRS_YAML = """--- \n\
cpanelresult: \n\
  apiversion: 2
  data: []

  event: \n\
    result: 1
  func: listcsrs
  module: SSL
"""

OPTION_YAML = """--- \n\
apiversion: 1
data: \n\
  result: <option value="example.com">example.com</option>
event: \n\
  result: 1
func: listkeysopt
module: SSL
source: module
type: event
"""
OPTION_JSON = (
    '{"apiversion":"1","type":"event","module":"SSL","func":"listkeysopt","source":"module",'
    '"data":{"result":"<option value=\\"example.com\\">example.com</option>"},'
    '"event":{"result":1}}\n'
)
OPTION_XML = """<?xml version="1.0" ?>
<cpanelresult>
  <module>SSL</module>
  <func>listkeysopt</func>
  <type>event</type>
  <source>internal</source>
  <apiversion>1</apiversion>
  <data>
    <result>&lt;option value=&quot;example.com&quot;&gt;example.com&lt;/option&gt;</result>
  </data>
  <event>
    <result>1</result>
  </event>
</cpanelresult>
"""

UAPI_JSON = (
    '{"apiversion":3,"func":"list_csrs","module":"SSL","result":{"data":[],"errors":null,'
    '"messages":null,"metadata":{"transformed":1},"status":1,"warnings":null}}\n'
)
UAPI_YAML = """--- \n\
apiversion: 3
func: list_csrs
module: SSL
result: \n\
  data: []

  errors: ~
  messages: ~
  metadata: \n\
    transformed: 1
  status: 1
  warnings: ~
"""
UAPI_PRETTY = """{
   "apiversion" : 3,
   "func" : "nosuch",
   "module" : "SSL",
   "result" : {
      "data" : null,
      "errors" : [
         "Could not find function 'nosuch' in module 'SSL'"
      ],
      "messages" : null,
      "metadata" : {},
      "status" : 0,
      "warnings" : null
   }
}
"""
UAPI_XML = """<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>3</apiversion>
  <func>list_csrs</func>
  <module>SSL</module>
  <result>
    <errors></errors>
    <messages></messages>
    <metadata>
      <transformed>1</transformed>
    </metadata>
    <status>1</status>
    <warnings></warnings>
  </result>
</cpanelresult>
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell over a seeded root, for calls that store nothing."""
    folder = tmp_path_factory.mktemp("reader")
    return Shell(folder, folder / "root")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "shell", tmp_path / "root")


def stored_subjects(root: Path, user: str) -> list[str]:
    """Return the subjects of the account's CSRs."""
    return [
        x509.load_pem_x509_csr(path.read_bytes()).subject.rfc4514_string()
        for path in (root / "home" / user / "ssl" / "csrs").glob("*.csr")
    ]


class TestGencsr:
    def test_the_documented_line_as_printed(self, shell: Shell) -> None:
        assert shell.line(DOCUMENTED) == Done(GENERATED_YAML, "", 0)
        [subject] = stored_subjects(shell.root, "username")
        assert subject == (
            "1.2.840.113549.1.9.1=username@example.com,CN=example.com,OU=Documentation,O=cPanel,"
            "L=Houston,ST=Texas,C=US"
        )

    @pytest.mark.parametrize(
        ("output", "text"),
        [
            ("yaml", GENERATED_YAML),
            ("json", GENERATED_JSON),
            ("jsonpretty", GENERATED_PRETTY),
            ("xml", GENERATED_XML),
        ],
    )
    def test_every_format(self, reader: Shell, output: str, text: str) -> None:
        done = reader.run("cpapi2", "--user=user", f"--output={output}", "SSL", "gencsr", *SUBJECT)
        assert done == Done(text, "", 0)

    def test_options_may_stand_anywhere(self, reader: Shell) -> None:
        words = ["SSL", "--output", "json", "gencsr", *SUBJECT, "--user", "user"]
        assert reader.run("cpapi2", *words) == Done(GENERATED_JSON, "", 0)

    def test_a_refusal_is_an_answer(self, reader: Shell) -> None:
        done = reader.run("cpapi2", "--user=user", "SSL", "gencsr", *SUBJECT[1:])
        assert done == Done(CITY_YAML, "", 0)

    def test_values_are_decoded_once_and_quotes_kept(self, shell: Shell) -> None:
        words = [*SUBJECT, "company=%22a+b%22%20%2541", 'companydivision="q"']
        assert shell.run("cpapi2", "--user=user", "SSL", "gencsr", *words).status == 0
        [subject] = stored_subjects(shell.root, "user")
        assert 'OU=\\"q\\",O=\\"a\\+b\\" %41,' in subject

    def test_a_repeated_key_counts_by_its_last_value(self, shell: Shell) -> None:
        words = [*SUBJECT, "city=Austin"]
        assert shell.run("cpapi2", "--user=user", "SSL", "gencsr", *words).status == 0
        [subject] = stored_subjects(shell.root, "user")
        assert "L=Austin," in subject


class TestOtherAnswers:
    def test_an_empty_list(self, reader: Shell) -> None:
        done = reader.run("cpapi2", "--user=username", "SSL", "listcsrs")
        assert done == Done(NO_CSRS_YAML, "", 0)

    def test_an_unknown_function(self, reader: Shell) -> None:
        done = reader.run("cpapi2", "--user=user", "SSL", "nosuch")
        assert done == Done(UNKNOWN_YAML, "", 0)

    def test_names_are_case_sensitive_but_for_a_first_letter(self, reader: Shell) -> None:
        done = reader.run("cpapi2", "--user=user", "--output=json", "ssl", "listkeys")
        assert "Could not find function 'listkeys' in module 'ssl'" in done.output
        done = reader.run("cpapi2", "--user=user", "--output=json", "sSL", "listkeys")
        assert '"module":"SSL"' in done.output
        done = reader.run("cpapi2", "--user=user", "--output=json", "SSL", "Listkeys")
        assert "Could not find function 'Listkeys' in module 'SSL'" in done.output

    @pytest.mark.parametrize(
        ("output", "text"), [("yaml", OPTION_YAML), ("json", OPTION_JSON), ("xml", OPTION_XML)]
    )
    def test_cpapi1(self, reader: Shell, output: str, text: str) -> None:
        done = reader.run("cpapi1", "--user=user", f"--output={output}", "SSL", "listkeysopt")
        assert done == Done(text, "", 0)

    def test_cpapi1_by_position(self, reader: Shell) -> None:
        done = reader.run("cpapi1", "--user=user", "--output=json", "SSL", "showcsr", "no.example")
        assert done.output.endswith(',"error":"No CSR is stored for \\"no.example\\"."}\n')
        assert done.status == 0

    def test_cpapi1_with_an_unknown_function(self, reader: Shell) -> None:
        done = reader.run("cpapi1", "--user=user", "--output=json", "SSL", "nosuch")
        assert done.output == (
            '{"apiversion":"1","type":"event","module":"SSL","func":"nosuch","source":"module",'
            '"data":{"result":""},"event":{"reason":"SSL::nosuch() failed: Can\'t use string '
            '(\\"Cpanel::SSL::SSL_nosuch\\") as a subroutine ref while \\"strict refs\\" in use '
            'at (eval 21) line 1.\\n","result":0}}\n'
        )

    @pytest.mark.parametrize(
        ("output", "text"), [("yaml", UAPI_YAML), ("json", UAPI_JSON), ("xml", UAPI_XML)]
    )
    def test_uapi(self, reader: Shell, output: str, text: str) -> None:
        done = reader.run("uapi", "--user=username", f"--output={output}", "SSL", "list_csrs")
        assert done == Done(text, "", 0)

    def test_uapi_with_an_unknown_function(self, reader: Shell) -> None:
        done = reader.run("uapi", "--user=user", "--output=jsonpretty", "SSL", "nosuch")
        assert done == Done(UAPI_PRETTY, "", 0)

    def test_a_list_of_domains_for_uapi(self, shell: Shell) -> None:
        listed = shell.run("uapi", "--user=user", "--output=json", "SSL", "list_keys").output
        key = listed.partition('"id":"')[2].partition('"')[0]
        words = ["domains=a.example.com", "domains=b.example.com", f"key_id={key}"]
        words += ["countryName=US", "stateOrProvinceName=Texas", "localityName=Houston"]
        words += ["organizationName=cPanel"]
        done = shell.run("uapi", "--user=user", "--output=json", "SSL", "generate_csr", *words)
        assert '"domains":["a.example.com","b.example.com"]' in done.output

    def test_a_file(self, shell: Shell) -> None:
        (shell.folder / "one.key").write_text("no key")
        words = ["--user=user", "--output=json", "SSL", "uploadkey", "host=a.example"]
        done = shell.run("cpapi2", *words, "key=@one.key")
        assert '"result":0' in done.output
        assert done.status == 0
        keys = shell.root / "home" / "user" / "ssl" / "keys"
        before = set(keys.glob("*.key"))
        shell.run("cpapi2", "--user=user", "SSL", "genkey", "host=b.example", "keysize=1024")
        [path] = set(keys.glob("*.key")) - before
        # Plus signs and percent signs of the file are its own.
        done = shell.run("cpapi2", *words, f"key=@{path}")
        assert '"result":1' in done.output

    def test_xml_where_http_has_none(self, reader: Shell) -> None:
        words = ["--user=username", "--output=xml", "SSL", "listcsrs"]
        done = reader.run("cpapi2", *words, emulate_version="110")
        assert done.output.startswith('<?xml version="1.0" ?>\n<cpanelresult>\n')

    def test_a_feature_that_is_off(self, shell: Shell) -> None:
        with Emulator(root=shell.root) as emulator:
            emulator.accounts.update(
                "user", lambda one: dataclasses.replace(one, features={"sslmanager": False})
            )
        assert shell.run("cpapi2", "--user=user", "SSL", "gencsr") == Done(
            "--- \ncpanelresult: \n  apiversion: 2\n"
            '  error: You do not have the feature "sslmanager".\n'
            "  func: gencsr\n  module: SSL\n",
            "",
            0,
        )


class TestErrors:
    """Nothing on standard output, exit status 1 (``liveapi_cli §2.2``)."""

    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("cpapi1 --nosuch SSL f", "[cpapi1] Unknown option: nosuch"),
            ("cpapi2 --user=user --cpanelresult SSL f", "[cpapi2] Unknown option: cpanelresult"),
            ("cpapi2 --output=html S f", "[cpapi2] Unknown value for --output: html"),
            ("cpapi2 --input=json S f", "[cpapi2] Unknown value for --input: json"),
            ("cpapi2 --user=user", "[cpapi2] A module and a function are required."),
            ("cpapi2 --user=user SSL", "[cpapi2] A module and a function are required."),
        ],
    )
    def test_with_help(self, reader: Shell, words: str, first: str) -> None:
        program = words.partition(" ")[0]
        done = reader.run(*words.split())
        assert (done.output, done.status) == ("", 1)
        assert done.errors.startswith(f"{first}\n\nUsage: {program} [options] Module function ")

    @pytest.mark.parametrize("program", ["cpapi2", "uapi"])
    def test_root_without_a_user(self, tmp_path: Path, program: str) -> None:
        # Whoever runs the tests, no account has that name.
        seed = tmp_path / "seed.toml"
        seed.write_text('[accounts.zzz-zzz-zzz]\ndomain = "example.com"\n')
        shell = Shell(tmp_path / "shell", tmp_path / "root")
        done = shell.run(program, "SSL", "gencsr", seed=str(seed))
        assert (done.output, done.status) == ("", 1)
        assert done.errors.startswith(
            f"[{program}] This program must be passed the --user flag when run by root!\n\n"
            f"Usage: {program} [options] Module function "
        )

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            ("cpapi2 --user=x SSL gencsr", '[cpapi2] The user "x" does not exist.'),
            ("cpapi2 --user=root SSL gencsr", '[cpapi2] The user "root" does not exist.'),
            ("cpapi1 --user=../user SSL f", '[cpapi1] The user "../user" does not exist.'),
            (
                "uapi --user=user SSL f a=@/nowhere/at/all",
                '[uapi] Cannot read the file "/nowhere/at/all".',
            ),
        ],
    )
    def test_of_one_line(self, reader: Shell, words: str, line: str) -> None:
        assert reader.run(*words.split()) == Done("", f"{line}\n", 1)

    @pytest.mark.parametrize("version", ["11.32", "11.36", "11.40", "11.44"])
    def test_releases_without_a_command_line(self, tmp_path: Path, version: str) -> None:
        shell = Shell(tmp_path / "shell", tmp_path / "root")
        done = shell.run("uapi", "--help", emulate_version=version)
        assert done == Done("", "[uapi] This release has no command line API.\n", 1)

    def test_a_wrong_configuration(self, reader: Shell) -> None:
        done = reader.run("cpapi2", "--user=user", "SSL", "listkeys", clock="yesterday")
        assert (done.output, done.status) == ("", 1)
        assert done.errors.startswith("[cpapi2] Option clock cannot be 'yesterday'")
        assert done.errors.count("\n") == 1

    def test_a_root_that_cannot_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "root").write_text("a file")
        done = Shell(tmp_path / "shell", tmp_path / "root").run("cpapi2", "--help")
        assert (done.output, done.status) == ("", 1)
        assert done.errors.startswith("[cpapi2] Cannot make the directory")


class TestHelp:
    @pytest.mark.parametrize(
        ("program", "says"),
        [
            ("cpapi1", "A word without = is the next positional argument."),
            ("cpapi2", "A key that is repeated counts by its last value."),
            ("uapi", "A key that is repeated is a list."),
        ],
    )
    def test_it_is_on_standard_output(self, reader: Shell, program: str, says: str) -> None:
        done = reader.run(program, "--help")
        assert (done.errors, done.status) == ("", 0)
        assert done.output.startswith(f"Usage: {program} [options] Module function [key=value")
        for word in ("--user", "--output", "yaml", "json", "jsonpretty", "xml", "--input", "@FILE"):
            assert word in done.output
        assert says in done.output
        assert max(map(len, done.output.splitlines())) <= 100
        assert "SSL::" not in done.output

    def test_72_lists_the_functions(self, tmp_path: Path) -> None:
        shell = Shell(tmp_path / "shell", tmp_path / "root")
        lines = shell.run("cpapi2", "--help", emulate_version="72").output.splitlines()
        assert "SSL::gencsr" in lines
        assert "SSL::showcsr" not in lines
        assert "SSL::showcsr" in shell.run("cpapi1", "--help", emulate_version="72").output


class TestTheCaller:
    """An account of the calling system user's name acts for itself (``liveapi_cli §2.1``)."""

    @pytest.fixture
    def root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        root = tmp_path / "root"
        monkeypatch.setenv("CPANEL_EMU_ROOT", str(root))
        with Emulator(root=root) as emulator:
            emulator.accounts.add(Account("builder", "builder.example"))
        return root

    def called_by(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = pwd.struct_passwd((name, "x", 1, 1, "", "/", "/bin/sh"))
        monkeypatch.setattr(pwd, "getpwuid", lambda _: entry)

    def test_an_account(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsysbinary: pytest.CaptureFixture[bytes],
    ) -> None:
        self.called_by("builder", monkeypatch)
        assert run("cpapi2", ["--output=json", "SSL", "listkeys"]) == 0
        assert b'"data":[]' in capsysbinary.readouterr().out
        assert run("cpapi2", ["--output=json", "--user=user", "SSL", "listkeys"]) == 0
        assert b'"data":[{"host":"example.com"}]' in capsysbinary.readouterr().out

    @pytest.mark.parametrize("name", ["root", "nobody"])
    def test_anybody_else(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        name: str,
    ) -> None:
        self.called_by(name, monkeypatch)
        assert run("cpapi2", ["SSL", "listkeys"]) == 1
        assert "must be passed the --user flag" in capsys.readouterr().err

    def test_a_user_without_a_name(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def unknown(_number: int) -> None:
            raise KeyError

        monkeypatch.setattr(pwd, "getpwuid", unknown)
        assert run("cpapi2", ["SSL", "listkeys"]) == 1
        assert "must be passed the --user flag" in capsys.readouterr().err


class TestAmongOtherPrograms:
    def test_standard_input_is_not_read(self, reader: Shell) -> None:
        with subprocess.Popen(
            ["cpapi2", "--user=user", "SSL", "listkeys"],
            env=reader.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            # Somebody who reads would wait: the pipe stays open until the program has ended.
            assert process.wait(PATIENCE) == 0

    def test_a_reader_that_leaves(self, reader: Shell) -> None:
        done = reader.line("(cpapi2 --user=user SSL listkeys; echo $? >&2) | true")
        assert done.errors.strip() in {"0", "1"}

    def test_by_another_name_it_is_cpapi2(self, reader: Shell) -> None:
        (reader.programs / "other").symlink_to(reader.programs / "cpapi2")
        done = reader.run("other", "--nosuch")
        assert done.errors.startswith("[cpapi2] Unknown option: nosuch\n")

    def test_bytes_that_are_no_text(self, shell: Shell) -> None:
        words = ["cpapi2", "--user=user", "SSL", "gencsr", *SUBJECT[:-1]]
        assert shell.run(*words, b"state=\xff\xc3\xa4").status == 0
        [subject] = stored_subjects(shell.root, "user")
        assert "ST=\ufffdä," in subject

    def test_beside_http_calls_nothing_is_lost(self, shell: Shell) -> None:
        each = 6

        def by_http(number: int) -> str:
            query = urllib.parse.urlencode(
                {
                    **dict(word.split("=") for word in SUBJECT),
                    "email": "user@example.com",
                    "company": f"http {number}",
                    "cpanel_jsonapi_module": "SSL",
                    "cpanel_jsonapi_func": "gencsr",
                    "cpanel_jsonapi_apiversion": "2",
                }
            )
            login = base64.b64encode(b"user:12345luggage").decode()
            request = urllib.request.Request(
                f"{url}/json-api/cpanel?{query}", headers={"Authorization": f"Basic {login}"}
            )
            with urllib.request.urlopen(request) as answer:
                text: str = answer.read().decode()
            return text

        def by_program(number: int) -> str:
            words = ["--user=user", "--output=json", "SSL", "gencsr", *SUBJECT]
            return shell.run("cpapi2", *words, f"company=cpapi2%20{number}").output

        with Emulator(root=shell.root) as emulator, ThreadPoolExecutor(4) as pool:
            url = emulator.cpanel_url
            asked = [
                pool.submit(ask, number) for number in range(each) for ask in (by_http, by_program)
            ]
            assert {one.result() for one in asked} == {GENERATED_JSON}
            subjects = stored_subjects(shell.root, "user")
            companies = {subject.split("O=")[1].split(",")[0] for subject in subjects}
            expected = {f"{way} {number}" for number in range(each) for way in ("http", "cpapi2")}
            assert companies == expected
            listed = emulator.call("SSL", "list_csrs", api=3, user="user").outcome
            assert isinstance(listed, Data)
            assert isinstance(listed.data, list)
            assert len(listed.data) == 2 * each
