"""When things happen: moments in UTC, days in Europe/London."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def moment_of(happened: date | datetime) -> datetime:
    """Given when a fact happened, return the moment in UTC; a day begins at midnight in London."""
    if isinstance(happened, datetime):
        return happened.astimezone(UTC)
    return datetime.combine(happened, time(), LONDON).astimezone(UTC)


def day_of(happened: date | datetime) -> date:
    """Given when a fact happened, return the day in Europe/London."""
    return happened.astimezone(LONDON).date() if isinstance(happened, datetime) else happened
