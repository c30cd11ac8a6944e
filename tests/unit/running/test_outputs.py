"""What comes back of a run: small in the report, large as blobs, and never lost for want of a store."""

from __future__ import annotations

from running_fakes import MemoryBlobs, runner_with

from judge.model.run import Outcome, RunResult, Usage
from judge.model.work_report import KeptFile
from judge.running.outputs import kept_files, mean_usage, output_of
from judge.running.runner import INLINE_BYTES_MAX
from judge.sandbox.capture import Capture


def test_a_small_output_lies_in_the_report() -> None:
    output = output_of(runner_with(MemoryBlobs()), "t", Capture(b"x" * INLINE_BYTES_MAX, truncated=True))
    assert (len(output.content), output.blob, output.size_bytes, output.truncated) == (65536, "", 65536, True)


def test_a_large_output_is_a_blob() -> None:
    blobs, data = MemoryBlobs(), b"x" * (INLINE_BYTES_MAX + 1)
    output = output_of(runner_with(blobs), "t", Capture(data))
    assert (output.content, output.size_bytes, output.truncated) == (b"", len(data), False)
    assert blobs.contents["t", output.blob] == data


def test_where_nothing_can_be_kept_the_beginning_of_a_large_output_is_in_the_report() -> None:
    output = output_of(runner_with(MemoryBlobs(room=0)), "t", Capture(b"x" * 99_999))
    assert (len(output.content), output.blob, output.size_bytes, output.truncated) == (65536, "", 65536, True)


def test_kept_files_are_blobs_and_those_without_a_name_in_text_are_counted() -> None:
    blobs = MemoryBlobs()
    kept = kept_files(runner_with(blobs), "t", {"a/ü": Capture(b"1"), "\udcff": Capture(b"2")})
    (file,) = kept.files
    assert file == KeptFile(name="a/ü", blob=file.blob, size_bytes=1)
    assert (blobs.contents["t", file.blob], kept.passed_over) == (b"1", 1)


def test_a_run_whose_files_cannot_be_kept_is_reported_all_the_same() -> None:
    kept = kept_files(runner_with(MemoryBlobs(room=1)), "t", {"a": Capture(b"1"), "b": Capture(b"2")})
    assert ([file.name for file in kept.files], kept.passed_over) == (["a"], 1)


def test_names_of_kept_files_are_no_more_than_a_report_holds() -> None:
    files = {f"{'d/' * 500}{number}": Capture(b"1") for number in range(100)}
    kept = kept_files(runner_with(MemoryBlobs()), "t", files)
    assert (len(kept.files), kept.passed_over) == (16, 84)


def test_the_mean_is_of_those_that_have_the_counter() -> None:
    results = [
        RunResult(outcome=Outcome.EXITED, exit_code=0, usage=Usage(cpu_time_ns=1, pids_peak=None)),
        RunResult(outcome=Outcome.EXITED, exit_code=0, usage=Usage(cpu_time_ns=4, pids_peak=6)),
    ]
    mean = mean_usage(results)
    assert mean is not None
    assert (mean.cpu_time_ns, mean.pids_peak, mean.rss_peak_bytes) == (2, 6, None)
    assert mean_usage([]) is None
