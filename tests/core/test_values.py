"""What people fill in is read as they mean it, and never as they do not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.forms.dates import MONTH_NAMES
from mailbot.core.forms.values import (
    date_from,
    is_undecided,
    list_from,
    name_from,
    names_from,
    people_from,
    says_none,
    yes_or_no,
)

# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("22nd May 2016", "2016-05-22"),
        ("22 nd May 2016", "2016-05-22"),
        ("03.04.19", "2019-04-03"),
        ("3/4/2019", "2019-04-03"),
        ("03-Apr-19", "2019-04-03"),
        ("3/Apr/2019", "2019-04-03"),
        ("22May2016", "2016-05-22"),
        ("22 05 2016", "2016-05-22"),
        ("22052016", "2016-05-22"),
        ("2 2 / 0 5 / 2 0 1 6", "2016-05-22"),
        ("２２/０５/２０１６", "2016-05-22"),
        ("22\u201305\u20132016", "2016-05-22"),
        ("Fri 20th Nov '26", "2026-11-20"),
        ("Thurs 26th Nov 2026", "2026-11-26"),
        ("20 November 2026 at 14:30", "2026-11-20"),
        ("03/05/2019 0230hrs", "2019-05-03"),
        ("3.5.19 14.30", "2019-05-03"),
        ("3.5.2019 - 14.30", "2019-05-03"),
        ("3 May 2019 approx 22:00", "2019-05-03"),
        ("3 May 2019, between 14:00 and 16:00", "2019-05-03"),
        ("3 May 2019 (time not known)", "2019-05-03"),
        ("early hours of 3 May 2019", "2019-05-03"),
        ("3 May 2019 (late evening)", "2019-05-03"),
        ("2016-05-22T10:30:00Z", "2016-05-22"),
        ("2016-05-22T00:00:00+01:00", "2016-05-22"),
        ("2016-05-22 00:00:00", "2016-05-22"),
        ("2016/05/22", "2016-05-22"),
        ("May 22, 2016", "2016-05-22"),
        ("Oct. 3rd, 2019", "2019-10-03"),
        ("the third of May 2019", "2019-05-03"),
        ("twenty-second May 2016", "2016-05-22"),
        ("3 Febuary 2019", "2019-02-03"),
        ("3 Setpember 2019", "2019-09-03"),
        ("3rd of Augst 2019", "2019-08-03"),
        ("DOB: 22/05/2016", "2016-05-22"),
        ("22/05/2016 (aged 10)", "2016-05-22"),
        ("22/05/2016 (22nd May 2016)", "2016-05-22"),
        ("3 May 2019 at home or school", "2019-05-03"),
        ("September, 2016", "2016-09"),
        ("Sept '16", "2016-09"),
        ("2016/09", "2016-09"),
        ("May 2016 (exact date not known)", "2016-05"),
        ("born 2016", "2016"),
        ("during 2016", "2016"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, iso: str) -> None:
    assert date_from(text).iso == iso


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("approx. March 2016", "not certain"),
        ("c. 2016", "cannot be read"),
        ("2016?", "cannot be read"),
        ("EDD 12/01/2027", "a child is expected"),
        ("due date 12 January 2027", "a child is expected"),
        ("EDD January 2027", "a child is expected"),
        ("?22 may 2016", "not certain"),
        ("22/05/2016?", "not certain"),
        ("22.05/16", "cannot be read"),
        ("??/05/2016", "cannot be read"),
        ("xx/05/2016", "cannot be read"),
        ("between 3 and 5 May 2016", "more than one date"),
        ("29 April - 3 May 2016", "more than one date"),
        ("3 May 2019 to 5 May", "more than one date"),
        ("3-5 May 2016", "not certain"),
        ("night of 3rd/4th May 2016", "not certain"),
        ("3/5/2019 and 4/5/2019", "more than one date"),
        ("3/4/2019 (4/3/2019)", "more than one date"),
        ("May/June 2016", "more than one date"),
        ("10/2016 to 12/2016", "not certain"),
        ("week of 3 May", "no year"),
        ("week of 3 May 2016", "not certain"),
        ("w/c 3/5/2016", "not certain"),
        ("on or about 3 May 2019", "not certain"),
        ("before 3 May 2019", "not certain"),
        ("since 3 May 2019", "not certain"),
        ("3 May 2019 onwards", "not certain"),
        ("late May 2019", "not certain"),
        ("3 May 2019 (not confirmed)", "not certain"),
        ("Spring 2016", "cannot be read"),
        ("Christmas 2016", "cannot be read"),
        ("mid-2016", "cannot be read"),
        ("13/25/2019", "not a day that exists"),
        ("31/04/2019", "not a day that exists"),
        ("22/05/216", "cannot be read"),
        ("22 May", "no year"),
        ("22/5", "no year"),
        ("22 May 10:30", "no year"),
        ("22 May at 10.30pm", "no year"),
        ("Sep-16", "cannot be read"),  # the sixteenth, or 2016?
        ("2016-17", "not certain"),
        ("2008/09", "not certain"),
        ("3 Juny 2019", "cannot be read"),  # June or July
        ("Mon 20 Nov 2026", "weekday"),  # a Friday
        ("2016-05-21T23:00:00Z", "next day"),  # the 22nd, in British Summer Time
        ("yesterday", "cannot be read"),
        ("today", "cannot be read"),
        ("Tuesday 3rd", "cannot be read"),
        ("3 May 2019. " + "He was seen again, and again. " * 12, "more than a date"),
    ],
)
def test_a_date_in_doubt_is_left_to_a_person(text: str, doubt: str) -> None:
    found = date_from(text)
    assert found.iso == ""
    assert doubt in found.doubt


def test_two_digits_of_a_year_are_read_by_the_day_that_is_known() -> None:
    assert date_from("3/4/31").iso == "2031-04-03"
    assert date_from("3/4/31", not_after=date(2026, 11, 23)).iso == "1931-04-03"
    assert date_from("3/4/26", not_after=date(2026, 11, 23)).iso == "2026-04-03"


days = st.dates(min_value=date(1930, 1, 1), max_value=date(2049, 12, 31))


@given(days)
def test_every_day_is_read_back_from_every_usual_way_of_writing_it(day: date) -> None:
    month = MONTH_NAMES[day.month - 1].title()
    for text in (
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day}th of {month[:3]}, {day.year}",
        f"{month} {day.day}, {day.year}",
        day.isoformat(),
    ):
        assert date_from(text).iso == day.isoformat(), text


@given(days, st.sampled_from(["?", "approx ", "circa ", "EDD ", "around ", "week of ", "between "]))
def test_no_doubtful_day_is_ever_taken_for_a_day(day: date, doubt: str) -> None:
    assert date_from(f"{doubt}{day.day}/{day.month}/{day.year}").iso == ""


@given(days, days)
def test_two_days_are_never_taken_for_one(first: date, second: date) -> None:
    found = date_from(f"{first:%d/%m/%Y}, {second:%d/%m/%Y}")
    assert found.iso == (first.isoformat() if first == second else "")


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SMITH, Tom", "Tom Smith"),
        ("SMITH Tom", "Tom Smith"),
        ("Smith (née Jones), Anna", "Anna Smith"),
        ("Tom SMITH aka Tommy Jones", "Tom Smith"),
        ("Tom (Tommy) Smith", "Tom Smith"),
        ('Tom "Tommy" Smith', "Tom Smith"),
        ("Wren Alderby, also known as Birdie", "Wren Alderby"),
        ("Alderby, Wren (Birdie)", "Wren Alderby"),
        ("Baby Smith", "Baby Smith"),
        ("UNBORN SMITH", "Unborn Smith"),
        ("Unborn of Jane Doe", "Unborn of Jane Doe"),
        ("Child A", "Child A"),
        ("Child 1", "Child 1"),
        ("T.S.", "T.S."),
        ("TS", "TS"),
        ("Mr Tom Smith", "Tom Smith"),
        ("Mrs Jones", "Mrs Jones"),
        ("Mr & Mrs Jones", "Mr & Mrs Jones"),
        ("Dr Bryn Cole", "Dr Bryn Cole"),
        ("Tom James Smith-Jones", "Tom James Smith-Jones"),
        ("TOM O'NEILL", "Tom O'Neill"),
        ("TOM MCDONALD", "Tom McDonald"),
        ("VAN DER BERG, JAN", "Jan van der Berg"),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("ANA DE SOUZA", "Ana de Souza"),
        ("ŁUKASZ ŻÓŁĆ", "Łukasz Żółć"),
        ("Siân Ní Bhriain", "Siân Ní Bhriain"),
        ("tom smith", "Tom Smith"),
        ("JO SMITH", "Jo Smith"),
        ("Tom Smith (7)", "Tom Smith"),
        ("Tom Smith DOB 3/4/19", "Tom Smith"),
        ("Tom Smith, 7 yrs", "Tom Smith"),
        ("Tom Smith - Head of Safeguarding", "Tom Smith"),
        ("Sol Winter, Named Nurse", "Sol Winter"),
        ("Named Nurse: Sol Winter", "Sol Winter"),
        ("Head teacher\nTom Smith", "Tom Smith"),
        ("Winter, Sol, Named Nurse", "Sol Winter"),
        ("Sol Winter RGN", "Sol Winter"),
        ("Tom Smith, Safeguarding Lead, Larkspur School, Bedford", "Tom Smith"),
        ("Surname: Smith Forename: Tom", "Tom Smith"),
        ("Forename(s): Tom  Surname: SMITH", "Tom Smith"),
        ("Tom Smith, Anna Smith", "Tom Smith, Anna Smith"),  # two people: left as it is
    ],
)
def test_a_name_is_forename_and_surname_and_nothing_else(text: str, name: str) -> None:
    assert name_from(text) == name


both = ["Ida Alderby", "Colm Reeth"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ida Alderby (mother), Colm Reeth (father)", both),
        ("Mother: Ida Alderby / Father: Colm Reeth", both),
        ("Mother - Ida Alderby, Father - Colm Reeth", both),
        ("1. Ida Alderby\n2. Colm Reeth", both),
        ("ALDERBY, Ida; REETH, Colm", both),
        ("Alderby, Ida and Reeth, Colm", both),
        ("Ida Alderby (née Reeth), Colm Reeth", both),
        ("Ida Alderby DOB 1/2/1985, Colm Reeth DOB 3/4/1983", both),
        ("Mrs Ida Alderby and Mr Colm Reeth", both),
        ("Ida Alderby, Colm Reeth and Sol Winter", [*both, "Sol Winter"]),
        ("Ida, Colm and Sol Alderby", ["Ida", "Colm", "Sol Alderby"]),
        ("Mother Ida Alderby, father not known", ["Ida Alderby"]),
        ("Mum: Ida Alderby. Dad: unknown", ["Ida Alderby"]),
        ("Ida Alderby, mother, 12 Larch Road", ["Ida Alderby"]),
        ("Ms Ida Alderby (mother) 12 Larch Road, Bedford", ["Ida Alderby"]),
        ("Mr & Mrs Jones", ["Mr Jones", "Mrs Jones"]),
        ("Not known", []),
        ("None", []),
    ],
)
def test_each_of_several_names_is_read(text: str, names: list[str]) -> None:
    assert names_from(text) == names


FINCH = {"name": "Finch Alderby", "date_of_birth": "2022-09-01"}
LARK = {"name": "Lark Alderby", "date_of_birth": "2019-04-03"}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Finch Alderby (01/09/2022)", [FINCH]),
        ("1. Finch Alderby, female, dob 1.9.22", [FINCH]),
        ("ALDERBY, Finch, 1/9/22", [FINCH]),
        ("Brother: Finch Alderby (dob 1/9/2022)", [FINCH]),
        ("Finch Alderby – brother – 01/09/2022", [FINCH]),
        ("Finch Alderby aged 4 (01/09/2022), same address", [FINCH]),
        ("Finch Alderby (01/09/2022), Lark Alderby (03/04/2019)", [FINCH, LARK]),
        ("Finch Alderby, 01/09/2022, Lark Alderby, 03/04/2019", [FINCH, LARK]),
        ("Finch Alderby born 1 September 2022\nLark Alderby born 3 April 2019", [FINCH, LARK]),
        ("1. Finch Alderby 1/9/22 2. Lark Alderby 3/4/19", [FINCH, LARK]),
        ("Finch Alderby DOB 1 Sep 2022, M; Lark Alderby DOB 3 Apr 2019, F", [FINCH, LARK]),
        ("Finch (4 yrs) and Lark (7 yrs)", [{"name": "Finch"}, {"name": "Lark"}]),
        ("Finch Alderby 4 yrs", [{"name": "Finch Alderby"}]),
        ("Finch Alderby (b. 2019)", [{"name": "Finch Alderby", "date_of_birth": "2019"}]),
        # from an age or in doubt, no date of birth is made
        ("Finch Alderby dob ?1/9/2022", [{"name": "Finch Alderby"}]),
        ("Finch Alderby (approx 2019)", [{"name": "Finch Alderby"}]),
        ("Unborn Alderby (EDD 3/4/2027)", [{"name": "Unborn Alderby"}]),
        ("Two brothers, names not known", []),
        ("2 older siblings", []),
        ("None", []),
        ("No siblings", []),
        ("n/a", []),
    ],
)
def test_brothers_and_sisters_are_read_each_with_a_plain_date_of_birth(
    text: str, people: list[dict[str, str]]
) -> None:
    assert people_from(text) == people


# --- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Police; GP; School", ["Police", "GP", "School"]),
        ("Police, GP and school", ["Police", "GP", "school"]),
        ("Police,GP,School", ["Police", "GP", "School"]),
        ("• Police\n• GP", ["Police", "GP"]),
        ("1. Police\n2. GP", ["Police", "GP"]),
        ("Police and school", ["Police", "school"]),
        ("Agencies involved: Police, GP", ["Police", "GP"]),
        ("Police (PPU, north), GP", ["Police (PPU, north)", "GP"]),
        ("GP: Dr Cole, Larkspur Surgery", ["GP: Dr Cole, Larkspur Surgery"]),
        ("Health and Social Care", ["Health and Social Care"]),
        (
            "Police, Child and Adolescent Mental Health",
            ["Police", "Child and Adolescent Mental Health"],
        ),
        (
            "CAMHS, Drug and Alcohol Service and Housing",
            ["CAMHS", "Drug and Alcohol Service", "Housing"],
        ),
        ("None known", []),
        ("N/A", []),
    ],
)
def test_agencies_in_one_answer_are_a_list(text: str, things: list[str]) -> None:
    assert list_from(text) == things


@pytest.mark.parametrize("text", ["None", "nil", "No siblings", "None known.", "N/A", "Only child"])
def test_none_is_an_answer_to_what_asks_for_several(text: str) -> None:
    assert says_none(text)


@pytest.mark.parametrize("text", ["Finch Alderby", "Not sure", "Police", "No idea who they are"])
def test_what_names_somebody_or_nothing_at_all_does_not_say_none(text: str) -> None:
    assert not says_none(text)


# --- yes and no -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes - known since 2019", True),
        ("Yes (since birth)", True),
        ("Yes, no concerns", True),
        ("y - since 2019", True),
        ("TRUE", True),
        ("✓", True),
        ("☒", True),
        ("tick", True),
        ("☒ Yes ☐ No", True),
        ("Yes ☒ No ☐", True),
        ("[x] Yes [ ] No", True),
        ("YES/NO Yes", True),
        ("No.", False),
        ("N", False),
        ("No, not known to us", False),
        ("No they are not", False),
        ("To our knowledge no", False),
        ("Not to our knowledge", False),
        ("Not that we are aware of", False),
        ("☐ Yes ☒ No", False),
        ("YES/NO: No", False),
        ("Not known", None),
        ("Unborn", None),
        ("n/a", None),
        ("N/K", None),
        ("☐", None),
        ("☐ Yes ☐ No", None),
        ("☒ Yes ☒ No", None),
        ("Yes?", None),
        ("Possibly", None),
        ("Not yet", None),
        ("No longer known", None),
        ("No concerns", None),
        ("No - but mother is known", None),
        ("Yes for mother, no for child", None),
        ("Yes and no", None),
        ("Known", None),
    ],
)
def test_yes_and_no_are_told_from_everything_else(text: str, answer: bool | None) -> None:
    assert yes_or_no(text) is answer


@pytest.mark.parametrize(
    "text",
    ["YES / no", "Y/N", "Yes/No (delete as appropriate)", "Yes / No / Not known", "☐ Yes ☐ No"],
)
def test_a_choice_that_nobody_made_is_undecided(text: str) -> None:
    assert is_undecided(text)
    assert yes_or_no(text) is None


@pytest.mark.parametrize("text", ["Yes", "No", "☒ Yes ☐ No", "YES/NO Yes", "Not known", ""])
def test_a_choice_that_was_made_is_not_undecided(text: str) -> None:
    assert not is_undecided(text)


# --- whatever is written ----------------------------------------------------------------------

PIECES = "Anna SMITH yes no ☒ ☐ / - ( ) , ; 22 05 2016 . May aka dob née mother Dr and & ? 1. \n"
WORDS = st.sampled_from(PIECES.split(" "))


@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
def test_no_answer_is_too_odd_to_be_looked_at(text: str) -> None:
    date_from(text)
    name_from(text)
    yes_or_no(text)
    is_undecided(text)
    assert all(names_from(text))
    assert all(person["name"] for person in people_from(text))
    assert all(list_from(text))


@pytest.mark.parametrize(
    "piece", ["1/", "a ", "(", "12 ", "and ", "mother ", ", ", "☐ ", "- ", "1."]
)
def test_long_answers_are_read_in_no_time(piece: str) -> None:
    for read in (date_from, name_from, names_from, people_from, list_from, yes_or_no, is_undecided):
        read(piece * 20_000)  # type: ignore[operator]
