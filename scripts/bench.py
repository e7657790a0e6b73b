"""How fast mailbot takes mail in, beside what the same server and disk allow: `make bench`.

A private Dovecot, a mailbox made up from a seed, and for every stage a process and a mailbox of
its own. Speed that was bought with a wrong link is a failure: what became of every mail is
compared with what must become of it.
"""

import argparse
import json
import os
import pwd
import shutil
import smtplib
import ssl
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from mailbot.settings import load
from mailbot.shipped import init
from scripts.bench_corpus import ALONE, CASES, NEW, Corpus, Sample
from scripts.bench_stages import HOST, corpus_of
from tests.servers import missing
from tests.servers.dovecot import PASSWORD, Dovecot

AREA = "bedford"
ROOT = Path(__file__).resolve().parent.parent
HUGE = 50_000_000
WORST = 0.99
#: What to aim for: times the wall time of fetching and committing, and megabytes.
AIM_TIMES, AIM_MEGABYTES = 3.0, 110


@dataclass
class Bench:
    """One run: the server, the folder it works in, and the mails."""

    work: Path
    server: Dovecot
    samples: list[Sample] = field(default_factory=list)
    users: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The home of mailbot, its store seeded."""
        return self.work / "home"

    def corpus(self) -> Corpus:
        """Return the cases and mails of the area."""
        return corpus_of(load(self.home, {}).areas[0])

    def mailbox_with(self, samples: Iterable[Sample]) -> str:
        """Given mails, put them into a mailbox that nobody has used; return its user."""
        self.users += 1
        user = f"user{self.users}@example.test"
        inbox = self.server.home / "mail" / user / "Maildir"
        # Every open case has its folder already: the notification that opened it lies there.
        folders = [inbox / "mailbot" / "Cases" / case.ref for case in self.corpus().cases]
        for folder, name in product((inbox, *folders), ("cur", "new", "tmp")):
            (folder / name).mkdir(parents=True)
        for number, sample in enumerate(samples):
            size, lines = len(sample.mime), sample.mime.count(b"\n")
            moment = int(sample.received_at.timestamp())
            name = f"{moment}.M{number:06}P1.bench,S={size},W={size + lines}:2,"
            (inbox / "cur" / name).write_bytes(sample.mime)
            os.utime(inbox / "cur" / name, (moment, moment))
        if os.getuid() == 0:
            owner = pwd.getpwnam("nobody").pw_name
            for path in (inbox.parent, *inbox.parent.rglob("*")):
                shutil.chown(path, owner, "nogroup")
        self._indexed(user)
        return user

    def _indexed(self, user: str) -> None:
        """Let the server look through a mailbox once, as it does when mail is delivered."""
        client = IMAPClient(HOST, port=self.server.imap, ssl=False)
        client.starttls(self._context())
        client.login(user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        if found := client.search("ALL"):
            client.fetch(found, ["RFC822.SIZE", "INTERNALDATE"])
        client.logout()

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.server.certificate.ca_file))

    @contextmanager
    def fresh_store(self) -> Iterator[Path]:
        """A home whose store holds the cases and no mail yet."""
        fresh = Path(tempfile.mkdtemp(dir=self.work))
        shutil.copytree(self.home, fresh, dirs_exist_ok=True)
        os.sync()
        yield fresh
        shutil.rmtree(fresh)

    def child(self, stage: str, user: str, home: Path) -> subprocess.Popen[str]:
        """Start a stage in a process of its own."""
        place = {
            "home": str(home),
            "port": self.server.imaps,
            "ca_file": str(self.server.certificate.ca_file),
            "user": user,
            "work": str(self.work),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.bench_stages", stage, json.dumps(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def run(self, stage: str, user: str, home: Path | None = None) -> dict[str, Any]:
        """Run a stage to its end and return its figures."""
        child = self.child(stage, user, home or self.home)
        out, _ = child.communicate()
        if child.returncode:
            raise SystemExit(f"The stage “{stage}” failed.")
        figures: dict[str, Any] = json.loads(out)
        return figures

    def whole_way(self, stage: str, samples: Sequence[Sample]) -> dict[str, Any]:
        """Run mailbot over a fresh mailbox and see whether every mail went where it must."""
        user = self.mailbox_with(samples)
        with self.fresh_store() as home:
            figures = self.run(stage, user, home)
        if "became" in figures:
            self.check(samples, figures)
        return figures

    def note_targets(self, figures: dict[str, Any]) -> None:
        """Write down where mailbot moved each mail, for the stage that only moves."""
        targets: dict[str, list[int]] = {}
        for uid, sample in enumerate(self.samples, start=1):
            folder = figures["became"][sample.message_id][-1]
            if folder:
                targets.setdefault(folder, []).append(uid)
        (self.work / "targets.json").write_text(json.dumps(targets))

    def check(self, samples: Sequence[Sample], figures: dict[str, Any]) -> None:
        """Note every mail that was not linked as it must be, and what was not filed."""
        became = figures["became"]
        for sample in samples:
            found = became.get(sample.message_id)
            if found is None or not _is_right(sample, *found):
                self.wrong.append(f"{sample.kind} {sample.message_id}: {found}")
        alone = sum(sample.becomes == ALONE for sample in samples)
        if figures["left in inbox"] != alone:
            self.wrong.append(f"{figures['left in inbox']} mails left in the inbox, not {alone}")


def _is_right(
    sample: Sample,
    case: str | None,
    candidates: list[str],
    waits: bool,
    state: str,
    _target: str | None,
) -> bool:
    if state != "read":
        return False
    if sample.becomes == ALONE:
        return case is None and not candidates and not waits
    if sample.waits:
        return case is None and candidates == [sample.becomes] and waits
    if sample.becomes == NEW:
        return case is not None and int(case.split("-")[2]) > CASES
    return case == sample.becomes


# --- what is measured -------------------------------------------------------------------------


def throughput(bench: Bench, rounds: int) -> None:
    """The floors and the whole way, in turn, some rounds; figures are medians, ratios by round."""
    user = bench.mailbox_with(bench.samples)
    bench.run("fetch", user)  # warms the disk's cache for all alike
    found: dict[str, list[dict[str, Any]]] = {}
    for number in range(1, rounds + 1):
        for stage in ("fetch", "fetch and commit"):
            found.setdefault(stage, []).append(bench.run(stage, user))
        found.setdefault("mailbot", []).append(bench.whole_way("pipeline", bench.samples))
        moves = bench.mailbox_with(bench.samples)
        bench.note_targets(found["mailbot"][-1])
        found.setdefault("move", []).append(bench.run("move", moves))
        walls = ", ".join(f"{stage} {runs[-1]['wall']:.2f} s" for stage, runs in found.items())
        tell(f"round {number}: {walls}")
    tell(f"\n{len(bench.samples)} mails; medians of {rounds} rounds")
    for stage, runs in found.items():
        wall, cpu, peak = (statistics.median(r[k] for r in runs) for k in ("wall", "cpu", "peak"))
        tell(
            f"  {stage:<18}{len(bench.samples) / wall:7.0f} a second{wall:8.2f} s wall"
            f"{cpu:8.2f} s processor{peak:7.0f} MB at most"
        )
    for floors in (("fetch",), ("fetch and commit",), ("fetch and commit", "move")):
        below = [sum(found[floor][n]["wall"] for floor in floors) for n in range(rounds)]
        ratios = sorted(
            ours["wall"] / theirs for ours, theirs in zip(found["mailbot"], below, strict=True)
        )
        tell(
            f"  mailbot takes {statistics.median(ratios):.1f} times as long as"
            f" “{' + '.join(floors)}”"
            f" ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        )
    tell(f"  aim: {AIM_TIMES:.0f} times “fetch and commit”, {AIM_MEGABYTES} MB")


def where_the_time_goes(bench: Bench) -> None:
    """The share of each room, by looking at what runs."""
    figures = bench.whole_way("rooms", bench.samples)
    total = sum(count for _, count in figures["rooms"])
    tell("\nwhere the time goes (waiting for server and disk included)")
    for room, count in figures["rooms"]:
        tell(f"  {100 * count / total:5.1f} %  {room}")
    for place, count in figures["places"]:
        tell(f"           {100 * count / total:5.1f} %  {place}")


def one_huge_message(bench: Bench) -> None:
    """The most memory that one message of 50 MB takes."""
    figures = bench.whole_way("pipeline", [bench.corpus().huge(HUGE)])
    size = HUGE // 1_000_000
    tell(f"\none mail of {size} MB: {figures['wall']:.1f} s, {figures['peak']:.0f} MB at most")


def while_waiting(bench: Bench, kind: str, count: int) -> None:
    """From the server's notice to recorded and filed, one mail after the other."""
    samples = list(bench.corpus().mails(count, kinds=[kind]))
    user = bench.mailbox_with([])
    with bench.fresh_store() as home:
        child = bench.child("live", user, home)
        if child.stdin is None or child.stdout is None:
            raise SystemExit("the child has no pipes")
        _heard(child, "ready")
        with smtplib.LMTP(HOST, bench.server.lmtp) as delivery:
            for sample in samples:
                child.stdin.write("next\n")
                child.stdin.flush()
                _heard(child, "waiting")
                delivery.sendmail("sender@example.test", [user], sample.mime)
                _heard(child, "milliseconds")
        child.stdin.close()
        figures = json.loads(child.stdout.readline())
        child.wait()
    bench.check(samples, figures)
    taken = sorted(figures["milliseconds"])
    tell(
        f"  {kind:<12}{statistics.median(taken):6.1f} ms median"
        f"{taken[int(len(taken) * WORST) - 1]:8.1f} ms 99th percentile"
        f"{taken[-1]:8.1f} ms at most, of {len(taken)}"
    )


def _heard(child: subprocess.Popen[str], word: str) -> None:
    line = child.stdout.readline() if child.stdout else ""
    if word not in (json.loads(line) if line else {}):
        raise SystemExit(f"The child did not say “{word}” but: {line}")


def tell(line: str) -> None:
    """Print a line now."""
    print(line, flush=True)


def main() -> None:
    """Measure what was asked for, and fail when a single mail went the wrong way."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mails", type=int, default=2000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--live", type=int, default=200, help="mails one by one; 0 for none")
    asked.add_argument("--only", default="throughput rooms huge live")
    options = asked.parse_args()
    if {"dovecot-imapd", "dovecot-lmtpd", "openssl"} & set(missing()):
        raise SystemExit("The measurement needs dovecot-imapd, dovecot-lmtpd and openssl.")
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as name, Dovecot() as server:
        bench = Bench(Path(name), server)
        init(bench.home)
        bench.samples = list(bench.corpus().mails(options.mails))
        size = statistics.mean(len(sample.mime) for sample in bench.samples) / 1000
        tell(f"{options.mails} mails of {size:.0f} kB on average, {CASES} cases")
        bench.run("seed", "nobody")
        if "throughput" in options.only:
            throughput(bench, options.rounds)
        if "rooms" in options.only:
            where_the_time_goes(bench)
        if "huge" in options.only:
            one_huge_message(bench)
        if "live" in options.only and options.live:
            tell("\nfrom the server's notice to recorded and filed")
            for kind in ("reply", "return"):
                while_waiting(bench, kind, options.live)
        if bench.wrong:
            tell(f"\n{len(bench.wrong)} WRONG, among them:")
            kinds = Counter(line.split(" <")[0] for line in bench.wrong)
            raise SystemExit("\n".join([*bench.wrong[:10], str(dict(kinds))]))
        tell("\nEvery mail was linked and filed as it must be.")


if __name__ == "__main__":
    main()
