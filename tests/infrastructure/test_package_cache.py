import os
from pathlib import Path

import pytest

from stacks.packaging.cache import KEPT, cached_folder, digest


def fill(folder: Path) -> None:
    (folder / "content").write_text("complete")


def unexpected(folder: Path) -> None:
    raise AssertionError("filled a second time")


def test_a_folder_is_made_once_for_a_key(tmp_path: Path) -> None:
    first = cached_folder(tmp_path, "layer", "a" * 64, fill)

    assert (first / "content").read_text() == "complete"
    assert cached_folder(tmp_path, "layer", "a" * 64, unexpected) == first
    assert cached_folder(tmp_path, "layer", "b" * 64, fill) != first


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cached_folder(tmp_path, "layer", "a" * 64, fail)

    assert list(tmp_path.iterdir()) == []


def test_the_faster_of_two_syntheses_wins(tmp_path: Path) -> None:
    def fill_late(folder: Path) -> None:
        cached_folder(tmp_path, "layer", "a" * 64, fill)
        (folder / "content").write_text("late")

    made = cached_folder(tmp_path, "layer", "a" * 64, fill_late)

    assert (made / "content").read_text() == "complete"
    assert list(tmp_path.iterdir()) == [made]


def test_the_folders_used_last_are_kept(tmp_path: Path) -> None:
    made = [cached_folder(tmp_path, "layer", f"{n:064}"[::-1], fill) for n in range(KEPT)]
    other = cached_folder(tmp_path, "code", "a" * 64, fill)
    for age, folder in enumerate(made):
        os.utime(folder, (1000 - age, 1000 - age))

    newest = cached_folder(tmp_path, "layer", "f" * 64, fill)

    assert set(tmp_path.iterdir()) == {*made[:-1], newest, other}


def test_an_interrupted_deletion_leaves_no_incomplete_folder_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [cached_folder(tmp_path, "layer", f"{n:064}"[::-1], fill) for n in range(KEPT)]
    for age, folder in enumerate(made):
        os.utime(folder, (1000 - age, 1000 - age))
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)

    cached_folder(tmp_path, "layer", "f" * 64, fill)

    assert not made[-1].exists()


def test_a_digest_depends_on_names_contents_and_words(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    digests = [digest(tmp_path, [one, two]), digest(tmp_path, [one]), digest(tmp_path, [one], "x")]
    two.write_text("3")
    digests.append(digest(tmp_path, [one, two]))

    assert len(set(digests)) == len(digests)
    assert digest(tmp_path, [two, one]) == digests[-1]
