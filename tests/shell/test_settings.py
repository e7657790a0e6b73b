"""One home, its config and its secrets: what is read, and that every fault is told at once."""

import os
import shutil
import stat
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from mailbot.assembly import area_rules
from mailbot.core.model import Protection, Role, TrustMode
from mailbot.errors import SettingsError, UsageError
from mailbot.settings import ImapPlace, MaildirPlace, SmtpPlace, load, signing_key, warnings
from mailbot.shipped import init, shipped

BEDFORD = "config/areas/bedford.toml"
IMAP = """kind = "imap"
host = "imap.bedford-safeguarding.example"
user = "rapidreview"
"""
SMTP = """kind = "smtp"
host = "smtp.bedford-safeguarding.example"
user = "rapidreview"
password_env = "BEDFORD_PASSWORD"
"""
MAILDIR_IN = 'kind = "maildir"\npath = "data/bedford-mailbox"\n'
MAILDIR_OUT = 'kind = "maildir"\npath = "data/bedford-outgoing"\n'
ENVIRON = {"BEDFORD_PASSWORD": "correct horse"}

Edit = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(shipped("config"), tmp_path / "config")
    (tmp_path / "templates").mkdir()
    (tmp_path / "config" / "forms.toml").touch()
    return tmp_path


@pytest.fixture
def edit(home: Path) -> Edit:
    def change(old: str, new: str, file: str = BEDFORD) -> None:
        text = (home / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (home / file).write_text(text.replace(old, new))

    return change


def faults(home: Path, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(home, ENVIRON if environ is None else environ)
    return caught.value.faults


def only_fault(home: Path, environ: dict[str, str] | None = None) -> str:
    found = faults(home, environ)
    assert len(found) == 1, found
    return found[0]


# --- what is read ------------------------------------------------------------------------------


def test_the_shipped_example_is_sound_and_complete(home: Path) -> None:
    settings = load(home, {})
    (bedford,) = settings.areas
    area = bedford.area
    assert (area.slug, area.code, area.trust) == ("bedford", "BB", TrustMode.AUTHSERV_ID)
    assert len(area.agencies) >= 8
    assert {a.partner for a in area.agencies if a.partner} == {
        Role.LOCAL_AUTHORITY,
        Role.POLICE,
        Role.ICB,
    }
    assert area.chair
    assert area.notifier
    assert len(area.board) == 3
    assert area.panel_address == "mailbox.nationalreviewpanel@education.gov.uk"
    assert area.digest_at == time(8)
    assert settings.data == home / "data"
    assert bedford.store == home / "data" / "bedford.db"
    assert bedford.mailbox == MaildirPlace(path=home / "data" / "bedford-mailbox")
    assert settings.process_toml
    assert settings.area("bedford") is bedford
    assert settings.area("luton") is None


def test_everybody_in_the_shipped_example_is_invented(home: Path) -> None:
    area = load(home, {}).areas[0].area
    people = (*area.staff, *area.board, area.manager, area.duty, area.chair, area.notifier)
    people += tuple(p for a in area.agencies for p in (a.lead, *a.delegates))
    addresses = [p.email for p in people if p]
    addresses += [a for agency in area.agencies for a in (*agency.contacts, *agency.also_from)]
    assert all(address.endswith(".example") for address in addresses)
    # 01632 is kept free for stories.
    phones = [area.phone, *(p.phone for p in people if p)]
    assert all(phone.startswith("01632 960") for phone in phones if phone)


def test_an_area_on_real_servers(home: Path, edit: Edit) -> None:
    (home / "secret").write_text("correct horse\n")
    (home / "secret").chmod(0o600)
    edit(MAILDIR_IN, IMAP + 'password_file = "secret"\n[mailbox.folders]\nsent = "Sent Items"\n')
    edit(MAILDIR_OUT, SMTP + "server_saves_sent = true\n")
    bedford = load(home, ENVIRON).areas[0]
    mailbox, sender = bedford.mailbox, bedford.sender
    assert isinstance(mailbox, ImapPlace)
    assert (mailbox.port, mailbox.security, mailbox.folders) == (993, "tls", {"sent": "Sent Items"})
    assert mailbox.password
    assert mailbox.password.get_secret_value() == "correct horse"
    assert isinstance(sender, SmtpPlace)
    assert (sender.port, sender.security, sender.server_saves_sent) == (587, "starttls", True)
    assert sender.password
    assert sender.password.get_secret_value() == "correct horse"
    assert "correct horse" not in repr(bedford)


def test_what_an_area_changes(home: Path, edit: Edit) -> None:
    edit("closed = []", "closed = [2026-12-29]")
    edit('# information-request = "draft"', 'information-request = "draft"')
    edit("# [clocks.agency-return]", "[clocks.agency-return]")
    edit('# within = "7 working days"', 'within = "7 working days"')
    edit('digest_at = "08:00"', "digest_at = 07:30:00")
    bedford = load(home, {}).areas[0]
    assert bedford.closures == {date(2026, 12, 29)}
    assert bedford.area.delivery == {"information-request": "draft"}
    assert bedford.clocks == {"agency-return": {"within": "7 working days"}}
    assert bedford.area.digest_at == time(7, 30)


def test_an_area_says_until_when_letters_that_can_wait_may_go(home: Path, edit: Edit) -> None:
    edit('office_until = "18:00"', 'office_until = "16:30"')
    assert load(home, {}).areas[0].area.office_until == time(16, 30)


def test_addresses_are_lower_case_and_unknown_mail_is_by_phone(home: Path, edit: Edit) -> None:
    edit('["safeguarding@riverside-homes.example"]', '["Safeguarding@Riverside-Homes.EXAMPLE"]')
    edit('protection = "by-phone"\n', "")
    housing = load(home, {}).areas[0].area.agency("housing")
    assert housing
    assert housing.contacts == ("safeguarding@riverside-homes.example",)
    assert housing.protection is Protection.BY_PHONE


def test_a_file_saved_on_windows_is_read(home: Path) -> None:
    path = home / BEDFORD
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(home, {}).areas[0].area.code == "BB"


# --- faults ------------------------------------------------------------------------------------


def test_every_fault_in_every_file_is_told_at_once(home: Path, edit: Edit) -> None:
    (home / "config" / "forms.toml").write_text("fine = 1\nbroken = = 2\n")
    edit("log_level", "log_levl", "config/mailbot.toml")
    edit('code = "BB"', 'code = "bedford"')
    edit('digest_at = "08:00"', 'digest_at = "8 o\'clock"')
    edit('partner = "icb"\n', "")
    (home / "config" / "areas" / "luton.toml").write_text('code = "LU"\n')
    found = faults(home)
    for beginning in (
        "config/forms.toml: is not TOML: line 2, column",
        'config/mailbot.toml, log_levl: mailbot does not know this key; did you mean "log_level"?',
        f'{BEDFORD}, code: "bedford" is not an area code',
        f'{BEDFORD}, [times], digest_at: "8 o\'clock" is not a time of day',
        f'{BEDFORD}, [[agency]]: no agency is the partner "icb"',
        "config/areas/luton.toml, name: is missing; add what the partnership is called",
    ):
        assert any(fault.startswith(beginning) for fault in found), (beginning, found)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('phone = "01632 960100"\n# Where', "# Where", "phone: is missing; add the number"),
        (
            '["case.reviews@bedfordshire-police.example"]',
            "[]",
            '[[agency]] "police", contacts: is empty; write at least one.',
        ),
        (
            '["case.reviews@bedfordshire-police.example"]',
            '["case.reviews at police"]',
            '[[agency]] "police", contacts, number 1: "case.reviews at police" is not an e-mail',
        ),
        (
            '["case.reviews@bedfordshire-police.example"]',
            '["reviews@bedfordshire.pnn.police.uk"]',
            '[[agency]] "police", contacts, number 1: "bedfordshire.pnn.police.uk" is a historic',
        ),
        (
            'domains = ["bedfordshire-icb.example"]',
            'domains = ["bedford.gcsx.gov.uk"]',
            '[[agency]] "icb", domains, number 1: "bedford.gcsx.gov.uk" is a historic domain',
        ),
        (
            'domains = ["bedfordshire-icb.example"]',
            'domains = ["nhs.net"]',
            '[[agency]] "icb", domains: "nhs.net" is shared by many organisations',
        ),
        (
            'domains = ["bedfordshire-icb.example"]',
            'domains = ["bedford-primary-care.example"]',
            '[[agency]] "gp", contacts: "named.gp@bedford-primary-care.example" lies in the domain',
        ),
        ('code = "probation"', 'code = "police"', '[[agency]] "police", code: two agencies'),
        (
            '["safeguarding@riverside-homes.example"]',
            '["Named.GP@bedford-primary-care.example"]',
            '[[agency]] "housing", contacts: "named.gp@bedford-primary-care.example" already',
        ),
        (
            '["GP", "General Practice"',
            '["A&E", "General Practice"',
            '[[agency]] "gp", known_as: "a&e" already belongs to [[agency]] "hospital"',
        ),
        (
            'code = "probation"\n',
            'code = "probation"\npartner = "police"\n',
            '[[agency]] "probation", partner: [[agency]] "police" is already the partner',
        ),
        (
            'authority = "childrens-social-care"',
            'authority = "childrens-social"',
            'authority: no agency has the code "childrens-social"; did you mean "childrens-social-',
        ),
        (
            'authority = "childrens-social-care"',
            'authority = "police"',
            'authority: the agency "police" is not the partner "local-authority"',
        ),
        (
            'authserv_id = "mx.bedford-safeguarding.example"\n',
            "",
            'authserv_id: is missing, and trust is "authserv-id"',
        ),
        ('trust = "authserv-id"', 'trust = "maybe"', "trust: must be one of 'authserv-id' or"),
        (
            '# information-request = "draft"',
            'information-requests = "draft"',
            '[letters], information-requests: mailbot writes no such letter; did you mean "inf',
        ),
        (
            '# information-request = "draft"',
            'submission = "send"',
            "[letters], submission: the submission to the Panel is always a draft",
        ),
        (
            'email = "samuel.okonjo@bedfordshire-icb.example"',
            'email = "helen.trevanion@bedford-council.example"',
            "[[board]] number 2, email: stands there twice",
        ),
        (
            'email = "samuel.okonjo@bedfordshire-icb.example"',
            'email = "rapidreview@bedford-safeguarding.example"',
            "[[board]] number 2, email: is the shared mailbox itself",
        ),
        ("closed = []", 'closed = ["Christmas"]', "[calendar], closed, number 1: must be a day"),
        ("open = []", "open = 2026-12-29", "[calendar], open: must be a list"),
        ("requests_wait_minutes = 15", 'requests_wait_minutes = "15"', "must be a whole number"),
        (MAILDIR_OUT, 'kind = "pigeon"\n', "[sender]: kind must be one of 'maildir', 'smtp'."),
        (MAILDIR_IN, IMAP, "[mailbox], password_file: is missing; say where the password is"),
        (
            MAILDIR_IN,
            IMAP + 'password_env = "BEDFORD_PASSWORD"\nsecurity = "plain"\n',
            '[mailbox], security: "plain" would send mail and password unprotected to imap.bed',
        ),
        (
            MAILDIR_IN,
            IMAP + 'password_env = "BEDFORD_PASSWORD"\nprot = 993\n',
            '[mailbox], prot: mailbot does not know this key; did you mean "port"?',
        ),
        (
            MAILDIR_IN,
            IMAP + 'password_env = "BEDFORD_PASSWORD"\nca_file = "ca.pem"\n',
            "[mailbox], ca_file: there is no file ca.pem",
        ),
        (
            MAILDIR_IN,
            IMAP + 'password_env = "OTHER"\n',
            "[mailbox], password_env: the environment variable OTHER is not set",
        ),
        (
            MAILDIR_IN,
            IMAP + 'password_credential = "imap"\n',
            "[mailbox], password_credential: systemd has handed over no credentials",
        ),
        (
            MAILDIR_IN,
            IMAP + 'password_env = "BEDFORD_PASSWORD"\npassword_file = "x"\n',
            "[mailbox], password_file: password_env is there as well; leave one of them.",
        ),
    ],
)
def test_one_fault_is_one_sentence_with_its_place(
    home: Path, edit: Edit, old: str, new: str, fault: str
) -> None:
    edit(old, new)
    sentence = only_fault(home)
    assert sentence.startswith(f"{BEDFORD}, ")
    assert fault in sentence


def test_a_password_in_the_config_is_refused_and_never_repeated(home: Path, edit: Edit) -> None:
    edit(MAILDIR_IN, IMAP + 'password_env = "BEDFORD_PASSWORD"\npassword = "hunter2"\n')
    sentence = only_fault(home)
    assert "[mailbox], password: a password does not belong in a config file" in sentence
    assert "hunter2" not in sentence


def test_a_fault_never_names_a_person(home: Path, edit: Edit) -> None:
    edit('name = "Fiona Garrick"\n', 'name = "Fiona Garrick"\nnickname = "x"\n')
    assert "[[board]] number 3, nickname" in only_fault(home)
    assert "Fiona" not in only_fault(home)


@pytest.mark.parametrize(
    "file",
    ["config/mailbot.toml", "config/process.toml", "config/forms.toml", "templates", BEDFORD],
)
def test_a_part_of_the_home_that_is_missing_is_named(home: Path, file: str) -> None:
    path = home / file
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()
    assert only_fault(home).startswith("config/areas: " if file == BEDFORD else f"{file}: ")


def test_two_areas_share_nothing(home: Path) -> None:
    text = (home / BEDFORD).read_text()
    (home / "config" / "areas" / "luton.toml").write_text(text + "\n")
    found = faults(home)
    assert [f.partition(":")[0] for f in found] == [
        "config/areas/luton.toml, code",
        "config/areas/luton.toml, address",
        "config/areas/luton.toml, [mailbox]",
        "config/areas/luton.toml, [sender]",
    ]


def test_two_areas_have_two_stores_also_where_one_names_none(home: Path, edit: Edit) -> None:
    text = (
        (home / BEDFORD)
        .read_text()
        .replace('# store = "data/bedford.db"', 'store = "data/bedford.db"')
    )
    for old, new in (
        ('"BB"', '"LU"'),
        ("rapidreview@bed", "rapidreview@lut"),
        ("data/bedford-", "data/luton-"),
    ):
        text = text.replace(old, new)
    (home / "config" / "areas" / "luton.toml").write_text(text)
    assert only_fault(home) == (
        "config/areas/luton.toml, store: is the same as in config/areas/bedford.toml; an area has "
        "a store of its own."
    )


def test_an_area_has_a_name_that_can_be_a_file_name(home: Path) -> None:
    (home / BEDFORD).rename(home / "config" / "areas" / "Bedford Borough.toml")
    assert "an area's file is named in small letters" in only_fault(home)


# --- secrets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "mode", "fault"),
    [
        ("correct horse\n", 0o644, "can be read by everybody"),
        ("correct horse\n", 0o604, "can be read by everybody"),
        ("\n", 0o600, "is empty"),
        ("correct horse\nbattery staple\n", 0o600, "more than one line"),
    ],
)
def test_a_password_file_that_is_not_safe_or_not_clear_is_refused(
    home: Path, edit: Edit, content: str, mode: int, fault: str
) -> None:
    secret = home / "secret"
    secret.write_text(content)
    secret.chmod(mode)
    edit(MAILDIR_IN, IMAP + f'password_file = "{secret}"\n')
    sentence = only_fault(home)
    assert fault in sentence
    assert "horse" not in sentence


def test_a_password_comes_from_a_systemd_credential(home: Path, edit: Edit) -> None:
    (home / "credentials").mkdir()
    (home / "credentials" / "imap").write_text("correct horse")
    (home / "credentials" / "imap").chmod(0o400)
    edit(MAILDIR_IN, IMAP + 'password_credential = "imap"\n')
    environ = {"CREDENTIALS_DIRECTORY": str(home / "credentials")}
    mailbox = load(home, environ).areas[0].mailbox
    assert isinstance(mailbox, ImapPlace)
    assert mailbox.password
    assert mailbox.password.get_secret_value() == "correct horse"


def test_commands_that_only_read_the_store_need_no_password(home: Path, edit: Edit) -> None:
    edit(MAILDIR_IN, IMAP + 'password_env = "NOT_SET_HERE"\n')
    mailbox = load(home, {}, with_secrets=False).areas[0].mailbox
    assert isinstance(mailbox, ImapPlace)
    assert mailbox.password is None
    assert "NOT_SET_HERE" in only_fault(home, {})


def test_the_signing_key_is_made_once_and_kept(home: Path) -> None:
    bedford = load(home, {}).areas[0]
    key = signing_key(bedford)
    assert len(key) == 32
    assert signing_key(bedford) == key
    assert stat.S_IMODE(bedford.key.stat().st_mode) == 0o600
    assert [p.name for p in bedford.key.parent.iterdir()] == ["bedford.key"]


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd"])
def test_a_signing_key_that_is_none_is_never_replaced(home: Path, content: str) -> None:
    bedford = load(home, {}).areas[0]
    bedford.key.parent.mkdir()
    bedford.key.write_text(content)
    bedford.key.chmod(0o600)
    with pytest.raises(SettingsError):
        signing_key(bedford)
    assert bedford.key.read_text() == content


# --- warnings ----------------------------------------------------------------------------------


def test_what_is_allowed_but_risky_is_said(home: Path, edit: Edit) -> None:
    edit('trust = "authserv-id"', 'trust = "none"')
    loopback = IMAP.replace("imap.bedford-safeguarding.example", "127.0.0.1")
    edit(MAILDIR_IN, loopback + 'security = "plain"\npassword_env = "BEDFORD_PASSWORD"\n')
    text = (home / BEDFORD).read_text()
    first, _, rest = text.partition('[[staff]]\nname = "Tomasz')
    (home / BEDFORD).write_text(first + rest[rest.index("# The independent chair") :])
    said = "\n".join(warnings(load(home, ENVIRON)))
    for words in (
        'trust is "none"',
        "[mailbox] is unencrypted, which is allowed because 127.0.0.1",
        "mail to housing is not known to be protected",
        "there is one member of staff",
        "[sender] is a folder",
    ):
        assert words in said


def test_a_partner_that_ends_and_a_group_on_a_day_off_are_said(home: Path, edit: Edit) -> None:
    edit('partner = "icb"', 'partner = "icb"\nuntil = 2027-03-31')
    edit("[letters]\n", "[[review_group]]\nat = 2026-12-25T10:00:00\n\n[letters]\n")
    said = " ".join(warnings(load(home, {})))
    assert 'after 2027-03-31 no agency is the partner "icb"' in said
    assert "the Case Review Group of 2026-12-25 falls on a day that is no working day" in said


def test_an_area_cannot_rename_a_clock(home: Path, edit: Edit) -> None:
    edit("[letters]\n", '[clocks.submission]\nname = "sending"\n\n[letters]\n')
    settings = load(home, {})
    with pytest.raises(SettingsError, match="'submission', key 'name': a clock keeps its name"):
        area_rules(settings, settings.areas[0])


def test_the_panels_address_among_the_agencies_is_said(home: Path, edit: Edit) -> None:
    edit(
        '["safeguarding@riverside-homes.example"]',
        '["Mailbox.NationalReviewPanel@education.gov.uk"]',
    )
    assert any("Panel's address" in sentence for sentence in warnings(load(home, {})))


# --- agencies through the year -----------------------------------------------------------------

EDUCATION = 'code = "education"\n'
DEPUTY = '[[agency.deputies]]\nname = "Callum Arkwright"'


def test_deputies_closed_periods_days_and_changes_are_read(home: Path, edit: Edit) -> None:
    edit(
        EDUCATION,
        EDUCATION
        + 'closed = [{ first = 2026-12-19, last = 2027-01-03, why = "school holidays" }]\n'
        + "since = 2020-01-01\nuntil = 2028-08-31\n",
    )
    edit(
        DEPUTY,
        '[[agency.change]]\nday = 2027-04-01\nname = "Ivel Schools"\n'
        f'contacts = ["Safeguarding@Ivel.EXAMPLE"]\n\n{DEPUTY}',
    )
    education = load(home, {}).areas[0].area.agency("education")
    assert education
    assert [d.phone for d in education.deputies] == ["01632 960171"]
    (closed,) = education.closed
    assert (closed.first, closed.last) == (date(2026, 12, 19), date(2027, 1, 3))
    assert closed.why == "school holidays"
    assert (education.since, education.until) == (date(2020, 1, 1), date(2028, 8, 31))
    (change,) = education.changes
    assert (change.day, change.name) == (date(2027, 4, 1), "Ivel Schools")
    assert change.contacts == ("safeguarding@ivel.example",)


def test_protection_is_the_agencys_own_word_or_else_that_of_its_domain(
    home: Path, edit: Edit
) -> None:
    edit(
        '# "nhs.net" = "tls"',
        '"Riverside-Homes.example" = "tls"\n"schools.bedford-council.example" = "by-phone"',
    )
    edit('protection = "by-phone"\n', "")
    area = load(home, {}).areas[0].area
    found = {code: area.agency(code).protection for code in ("housing", "education")}
    assert found == {"housing": Protection.TLS, "education": Protection.TLS}
    assert area.protected_domains["riverside-homes.example"] is Protection.TLS


def test_a_second_route_and_its_address_are_read(home: Path, edit: Edit) -> None:
    edit(
        "# [second_route]\n",
        f'[second_route]\n{SMTP}address = "alerts@other-provider.example"\n',
    )
    edit("# second_email = ", "second_email = ")
    bedford = load(home, ENVIRON).areas[0]
    assert isinstance(bedford.second_route, SmtpPlace)
    assert bedford.second_route.password
    assert bedford.second_address == "alerts@other-provider.example"
    assert bedford.second_emails == ("bedford-duty@other-provider.example",)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            EDUCATION,
            EDUCATION + "closed = [{ first = 2027-01-03, last = 2026-12-19 }]\n",
            '[[agency]] "education", [[closed]] number 1: ends before it begins',
        ),
        (
            EDUCATION,
            EDUCATION + "since = 2027-01-01\nuntil = 2026-01-01\n",
            '[[agency]] "education", until: lies before since',
        ),
        (
            'email = "callum.arkwright@schools.bedford-council.example"\n',
            "",
            "[[deputies]] number 1, email: is missing; add the address",
        ),
        (
            'email = "callum.arkwright@schools.bedford-council.example"',
            'email = "named.gp@bedford-primary-care.example"',
            'deputies: "named.gp@bedford-primary-care.example" already belongs to',
        ),
        (
            DEPUTY,
            f"[[agency.change]]\nday = 2027-04-01\n\n{DEPUTY}",
            "[[change]] number 1: changes nothing",
        ),
        (
            '# "nhs.net" = "tls"',
            '"nhs.net" = "encrypted"',
            "[protection], nhs.net: must be one of",
        ),
        ('# "nhs.net" = "tls"', '"nhs" = "tls"', '"nhs" is not a mail domain'),
        (
            "open = []",
            "open = [2026-12-23]",
            "[calendar], open: 2026-12-23 is a working day in any case",
        ),
        (
            "closed = []",
            "closed = [2026-12-28]",
            "[calendar], closed: 2026-12-28 is no working day in any case (Boxing Day (observed))",
        ),
        (
            'other_areas = ["Central Bedfordshire", "Luton"]',
            'other_areas = ["Bedford", "Luton"]',
            'other_areas: "bedford" is a name of this very area',
        ),
        (
            '# information-request = "draft"',
            'further-submission = "send"',
            "[letters], further-submission: the submission to the Panel is always a draft",
        ),
        (
            '# second_email = "bedford-duty@other-provider.example"',
            'second_email = "rapidreview@bedford-safeguarding.example"',
            "[duty], second_email: is the shared mailbox itself",
        ),
    ],
)
def test_what_cannot_be_meant_of_an_agency_or_an_area_is_refused_with_its_place(
    home: Path, edit: Edit, old: str, new: str, fault: str
) -> None:
    edit(old, new)
    assert fault in only_fault(home)


def test_one_agency_may_follow_another_in_its_role_name_and_mailbox(home: Path, edit: Edit) -> None:
    text = (home / BEDFORD).read_text()
    icb = text[text.index('[[agency]]\ncode = "icb"') : text.index('[[agency]]\ncode = "hospital"')]
    after = icb.replace('"icb"\nname', '"icb-two"\nsince = 2027-07-01\nname')
    edit(icb, icb.replace('code = "icb"\n', 'code = "icb"\nuntil = 2027-06-30\n') + after)
    assert load(home, {}).areas[0].area.agency("icb-two")
    edit("until = 2027-06-30", "until = 2027-07-01")
    found = faults(home)
    assert any('partner: [[agency]] "icb" is already the partner "icb"' in f for f in found)
    assert any('"bedfordshire-icb.example" already belongs to' in f for f in found)


# --- a home to start from ----------------------------------------------------------------------


def test_init_makes_a_home_that_works(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = init(home)
    assert home / BEDFORD in made
    assert (home / BEDFORD).read_bytes() == shipped(BEDFORD).read_bytes()
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    assert (home / "data" / "bedford.key") in made
    assert load(home, {}).areas


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text("mine")
    with pytest.raises(UsageError, match=r"mailbot\.toml is already there"):
        init(tmp_path)
    assert os.listdir(tmp_path) == ["config"]
    assert (tmp_path / "config" / "mailbot.toml").read_text() == "mine"


def test_what_is_not_shipped_is_an_error() -> None:
    with pytest.raises(SettingsError):
        shipped("config/nothing.toml")
