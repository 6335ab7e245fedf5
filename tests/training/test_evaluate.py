"""Evaluation: what a perfect, a silent and a careless model score, and going on."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastformula.syntax import parse
from fastformula_completion import Sampling
from fastformula_models import Backend, BackendSettings, Request
from fastformula_models.backend import BackendError, TimedOut
from fastformula_training.cli import main
from fastformula_training.data.prepare import PrepareConfig, prepare
from fastformula_training.documents import Row, file_hash, read_rows, write_jsonl
from fastformula_training.error import TrainingError
from fastformula_training.evaluation.answers import FILE, Answer
from fastformula_training.evaluation.evaluate import MOST_SILENT, Evaluation, evaluate
from fastformula_training.evaluation.page import write_report
from fastformula_training.evaluation.scores import ALL, Scores, score
from fastformula_training.evaluation.subjects import Subject, find_subjects
from fastformula_training.evaluation.suites import Asking, fill


class Reader:
    """Has read the rows, and answers each with its middle and then `more`."""

    name = "reader"

    def __init__(self, rows: list[Row], more: str = "") -> None:
        self.middles = {(row.prefix, row.suffix): row.middle for row in rows}
        self.more = more
        self.asked = 0

    def complete(self, request: Request) -> str:
        self.asked += 1
        return self.middles.get((request.prefix, request.suffix), "") + self.more

    def close(self) -> None:
        pass


class Batching(Reader):
    """As a reader, but for eight at once."""

    batches = 0

    def complete_many(self, requests: list[Request]) -> list[str]:
        self.batches += 1
        return [self.complete(request) for request in requests]


@pytest.fixture(scope="module")
def holes(tmp_path_factory: pytest.TempPathFactory, formulas: Path) -> Path:
    folder = tmp_path_factory.mktemp("data") / "prepared"
    prepare([formulas], folder, PrepareConfig(validation=0, test=0, characters=0))
    return folder / "train.jsonl"


@pytest.fixture(scope="module")
def rows(holes: Path) -> list[Row]:
    return [row for row in read_rows(holes) if row.kind != "instruction"]


def subject(backend: Backend, name: str = "reader") -> Subject:
    return Subject(name, name, lambda: backend)


def scores_of(evaluation: Evaluation, model: str = "reader") -> dict[str, Scores]:
    return dict(score(evaluation)["holes"].models[model])


def test_a_model_that_knows_the_answers(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    evaluation = evaluate([subject(Reader(rows))], ["holes"], holes, tmp_path)
    scores = scores_of(evaluation)
    assert scores[ALL].count == sum(s.count for k, s in scores.items() if k != ALL)
    parses = scores[ALL].metrics["parses in place"]
    assert parses is not None
    assert parses.value == 1
    for kind in ("expression", "condition", "arguments"):
        exact = scores[kind].metrics["exact"]
        assert exact is not None
        assert exact.value == 1
    for answer in evaluation.answers["holes"]["reader"]:
        if answer.offered:
            assert answer.row.middle.startswith(answer.middle)


def test_a_model_that_goes_on_is_cut_to_what_fits(rows: list[Row]) -> None:
    for row in rows:
        if row.kind == "condition":
            answer = fill(row, Reader(rows, " ) ) THEN THEN x = 1"))
            assert answer.middle == row.middle
            assert answer.raw != row.middle
            assert not parse(answer.text).errors


def test_a_model_that_says_nothing(holes: Path, tmp_path: Path) -> None:
    evaluation = evaluate([subject(Reader([]))], ["holes"], holes, tmp_path)
    metrics = scores_of(evaluation)[ALL].metrics
    assert metrics["offered"] is not None
    assert metrics["offered"].value == 0
    assert metrics["parses in place"] is None


def test_a_sample_is_the_same_every_time(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    def run(folder: str) -> list[Row]:
        asked = [subject(Reader(rows))]
        found = evaluate(asked, ["holes"], holes, tmp_path / folder, limit=7, seed=3)
        return [answer.row for answer in found.answers["holes"]["reader"]]

    assert len(run("one")) == 7
    assert run("one") == run("two")


def test_what_is_known_is_not_asked_again(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    first, other = Reader(rows), Reader([])
    evaluate([subject(first)], ["holes"], holes, tmp_path, limit=5)
    asked = first.asked
    found = evaluate(
        [subject(first), subject(other, "other")], ["holes"], holes, tmp_path, limit=5
    )
    assert first.asked == asked > 0
    assert other.asked > 0
    assert list(found.answers["holes"]) == ["reader", "other"]


def test_half_a_line_at_the_end_is_asked_again(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    def run() -> tuple[int, Evaluation]:
        reader = Reader(rows)
        found = evaluate([subject(reader)], ["holes"], holes, tmp_path, limit=5)
        return reader.asked, found

    asked, whole = run()
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes()[:-20])
    again, mended = run()
    assert (asked, again) == (5, 1)
    assert [a.middle for a in mended.answers["holes"]["reader"]] == [
        a.middle for a in whole.answers["holes"]["reader"]
    ]
    assert len(file.read_text("utf-8").splitlines()) == 5


@pytest.mark.parametrize("line", ["what?", "[]", "{}", '{"key": "a", "offered": 1}'])
def test_any_other_damage_is_said(holes: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / FILE).write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="line 1, is not an answer"):
        evaluate([subject(Reader([]))], ["holes"], holes, tmp_path)


def test_batches_say_the_same(holes: Path, rows: list[Row], tmp_path: Path) -> None:
    def run(backend: Reader, folder: str, at_once: int) -> list[str]:
        found = evaluate(
            [subject(backend)],
            ["holes"],
            holes,
            tmp_path / folder,
            limit=20,
            at_once=at_once,
        )
        return [answer.middle for answer in found.answers["holes"]["reader"]]

    backend = Batching(rows)
    assert run(backend, "eight", 8) == run(Reader(rows), "one", 1)
    assert 0 < backend.batches < backend.asked
    assert run(Reader(rows), "threads", 4) == run(Reader(rows), "one", 1)


def test_what_a_model_was_trained_on_is_left_out(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    seen = rows[0].document
    write_jsonl(tmp_path / "seen/train.jsonl", [r for r in rows if r.document == seen])
    folder = tmp_path / "mine"
    folder.mkdir()
    card = {"base": "b", "revision": "", "format": "fastformula", "budget": 1}
    card |= {"data_hash": file_hash(tmp_path / "seen/train.jsonl"), "created_by": "t"}
    (folder / "fastformula.json").write_text(json.dumps(card), encoding="utf-8")
    run = json.dumps({"config": {"data": str(tmp_path / "seen")}})
    (folder / "run.json").write_text(run, encoding="utf-8")
    mine = Subject("mine", "mine", lambda: Reader(rows), (folder,))
    found = evaluate([mine], ["holes"], holes, tmp_path / "out")
    assert seen not in {a.row.document for a in found.answers["holes"]["mine"]}
    assert "mine was trained on 1 of these formulas." in found.remarks
    with pytest.raises(TrainingError, match="among those that the model was trained"):
        evaluate([mine], ["holes"], tmp_path / "seen/train.jsonl", tmp_path / "out")


class Late(Reader):
    """Never comes in time."""

    def complete(self, request: Request) -> str:
        self.asked += 1
        raise TimedOut("The endpoint said nothing for 5 seconds.")


def test_an_endpoint_that_is_late_offers_nothing_and_in_the_end_is_down(
    holes: Path, tmp_path: Path
) -> None:
    late = Late([])
    found = evaluate([subject(late)], ["holes"], holes, tmp_path, limit=2)
    answers = found.answers["holes"]["reader"]
    assert {answer.reason for answer in answers} == {"the model did not answer in time"}
    with pytest.raises(
        TimedOut, match=f"has not answered {MOST_SILENT} times in a row"
    ):
        evaluate([subject(late)], ["holes"], holes, tmp_path, limit=50)


def test_a_model_that_fails_ends_the_run_and_answers_are_kept(
    holes: Path, rows: list[Row], tmp_path: Path
) -> None:
    class Failing(Reader):
        def complete(self, request: Request) -> str:
            if self.asked == 3:
                raise BackendError("The model ran out of memory.")
            return super().complete(request)

    with pytest.raises(BackendError, match="out of memory"):
        evaluate([subject(Failing(rows))], ["holes"], holes, tmp_path, limit=9)
    assert len((tmp_path / FILE).read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("hole", "There is no suite `hole`; did you mean `holes`?"),
        ("instructions", "holds no rows for the suite instructions"),
        ("", "There is no suite ``"),
    ],
)
def test_a_suite_that_cannot_be_asked(
    rows: list[Row], tmp_path: Path, suite: str, message: str
) -> None:
    write_jsonl(tmp_path / "test.jsonl", rows[:3])
    with pytest.raises(TrainingError, match=message):
        evaluate([subject(Reader([]))], [suite], tmp_path, tmp_path / "out")


def line(**other: object) -> str:
    row = {"prefix": "x = ", "middle": "1", "suffix": "\nRETURN x"}
    return json.dumps(row | {"kind": "line", "source": "s", "document": "d"} | other)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no rows for the suite holes"),
        ("{", "line 1"),
        ('{"prefix": "x"}', "line 1: not a row"),
        (line(prefix=5), "line 1: not a row of texts"),
        (line(middle=None), "line 1: not a row of texts"),
        (line(more="x"), "line 1: not a row of texts"),
        (f"{line()}\n{line(prefix=chr(0xD800))}", "line 2: not a row of texts"),
        (f"{line()}\n[]", "line 2: not a JSON object"),
        (None, "Cannot read"),
    ],
)
def test_rows_that_cannot_be_read(
    tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "test.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match=message):
        evaluate([subject(Reader([]))], ["holes"], tmp_path, tmp_path / "out")


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(TrainingError, match="Cannot read"):
        evaluate([subject(Reader([]))], ["holes"], tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    "odd",
    [
        {"middle": ""},
        {"middle": "  "},
        {"prefix": "\0\1"},
        {"prefix": "a\r\nx = "},
        {"prefix": "", "suffix": ""},
        {"prefix": "(" * 300},
        {"prefix": "/* "},
        {"document": ""},
        {"kind": "<script>|\n"},
        {"middle": "y" * 5000},
    ],
    ids=str,
)
def test_odd_rows_are_asked_and_reported(
    tmp_path: Path, odd: dict[str, object]
) -> None:
    (tmp_path / "test.jsonl").write_text(line(**odd), encoding="utf-8")
    found = evaluate([subject(Reader([], "1"))], ["holes"], tmp_path, tmp_path / "out")
    write_report(found, tmp_path / "out")
    assert "<script>" not in (tmp_path / "out/report.html").read_text("utf-8")
    assert len(found.answers["holes"]["reader"]) == 1


class Endpoint(BaseHTTPRequestHandler):
    """Answers like a server of OpenAI's kind, with the model's name."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        choice = {"text": f"'{asked['model']}'", "finish_reason": "stop"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"choices": [choice]}).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_models_behind_an_endpoint_stand_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test.jsonl").write_text(line(middle="'two'"), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/v1"
        monkeypatch.setenv("FASTFORMULA_COMPLETION_ENDPOINT", address)
        monkeypatch.setenv("FASTFORMULA_COMPLETION_FORMAT", "starcoder2")
        models = ["--model", "remote:one", "--model", "remote:two"]
        result = CliRunner().invoke(
            main,
            ["evaluate", str(tmp_path), *models, "--out", str(tmp_path / "out")],
        )
        server.shutdown()
    assert result.exit_code == 0, result.output
    assert "| holes | one | two | two - one |" in result.output
    assert "| exact | 0.0 % | 100.0 % | +100.0 |" in result.output


Command = Callable[..., list[str]]


@pytest.fixture
def command(holes: Path) -> Command:
    def make(out: Path, *more: str) -> list[str]:
        return ["evaluate", str(holes), "--out", str(out), "--limit", "12", *more]

    return make


def test_the_command_writes_reports_and_prints_the_tables(
    command: Command, tmp_path: Path
) -> None:
    result = CliRunner().invoke(main, command(tmp_path, "--suite", "holes"))
    assert result.exit_code == 0, result.output
    assert "| holes | embedded |" in result.output
    assert "is not at hand (SHA-256" in result.output
    values = json.loads((tmp_path / "report.json").read_text("utf-8"))
    perplexity = values["suites"]["holes"]["models"]["embedded"]["all"]["metrics"]
    assert perplexity["perplexity"]["value"] > 0
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_tokens_are_chosen_as_in_the_server(command: Command, tmp_path: Path) -> None:
    more = ["--sampling", "balanced", "--temperature", "0.2", "--max-tokens", "5"]
    result = CliRunner().invoke(main, command(tmp_path, *more, "--limit", "1"))
    assert result.exit_code == 0, result.output
    values = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert values["settings"]["sampling"] == {
        "temperature": 0.2,
        "top_p": 0.9,
        "repetition_penalty": 1.0,
        "max_tokens": 5,
        "adapter": "",
    }
    # Other settings are other answers.
    assert CliRunner().invoke(main, command(tmp_path, "--limit", "1")).exit_code == 0
    assert len((tmp_path / FILE).read_text("utf-8").splitlines()) == 2


def test_numpy_is_loaded_when_it_has_been_told_to_keep_to_one_thread() -> None:
    """Two of them are fifty times slower where other programs are busy."""
    script = (
        "import sys\n"
        "import fastformula_training.cli, fastformula_training.evaluation.suites\n"
        "print('numpy' in sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--suite", "silent"), "did you mean `silence`"),
        (("--model", "nowhere"), "neither a folder nor a known base model"),
        (("--adapter", "nowhere"), "There is no adapter folder nowhere"),
        (("--model", "remote"), "Say where the remote model is"),
        (("--suite", "instructions"), "no rows for the suite instructions"),
    ],
)
def test_what_the_command_says_in_one_line(
    command: Command, tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    result = CliRunner().invoke(main, command(tmp_path / "out", *more))
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fastformula_training", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def wait_for_answers(run: subprocess.Popen[str], file: Path, count: int) -> None:
    while not (file.exists() and file.read_bytes().count(b"\n") >= count):
        assert run.poll() is None
        time.sleep(0.01)


def test_a_run_that_is_killed_goes_on_and_ends_the_same(
    command: Command, tmp_path: Path
) -> None:
    whole = start(command(tmp_path / "whole"))
    whole.communicate()
    killed = start(command(tmp_path / "killed"))
    file = tmp_path / "killed" / FILE
    wait_for_answers(killed, file, 3)
    killed.kill()
    killed.communicate()
    before = file.read_bytes().splitlines()
    assert len(before) < 12
    again = start(command(tmp_path / "killed"))
    again.communicate()
    assert (whole.returncode, again.returncode) == (0, 0)
    assert file.read_bytes().splitlines()[:3] == before[:3]
    first, second = (
        json.loads((tmp_path / out / "report.json").read_text("utf-8"))
        for out in ("whole", "killed")
    )
    for report in (first, second):
        for kind in report["suites"]["holes"]["models"]["embedded"].values():
            del kind["milliseconds"]
    assert first == second


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_who_stops_a_run_is_told_that_it_goes_on(
    command: Command, tmp_path: Path
) -> None:
    run = start(command(tmp_path))
    wait_for_answers(run, tmp_path / FILE, 2)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate()
    assert run.returncode == 130
    assert f"Stopped. {tmp_path} keeps the answers" in said
    assert not (tmp_path / "report.md").exists()


@pytest.mark.slow
def test_a_local_model_is_asked_in_batches_and_tells_its_loss(
    bases: dict[str, Path], rows: list[Row], tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "test.jsonl", rows[:6])
    shared = BackendSettings("local", device="cpu", format="fastformula")
    asked = find_subjects([str(bases["llama"])], [], shared, {})
    asking = Asking(Sampling(max_tokens=8), 0)

    def run(at_once: int) -> list[Answer]:
        out = tmp_path / str(at_once)
        found = evaluate(asked, ["holes"], tmp_path, out, asking, at_once=at_once)
        (answers,) = found.answers["holes"].values()
        return answers

    one, three = run(1), run(3)
    assert [answer.raw for answer in one] == [answer.raw for answer in three]
    assert all(answer.raw for answer in one)
    for answer in one:
        assert answer.counts["nats"] > answer.counts["tokens"] > 1
