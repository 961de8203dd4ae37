"""Every story of local/stories ends as told, by the path told, with all invariants intact."""

import pytest

from local.player.story import Story, all_stories
from local.player.verdict import Verdict

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("story", all_stories(), ids=lambda story: story.name)
def test_the_story_ends_as_told(story: Story, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[story.name]
    problems = [*verdict.path_differences, *verdict.differences, *verdict.violations]
    assert not problems, "\n".join([*problems, f"seen: {verdict.seen_paths}"])
    assert verdict.ends.keys() == story.expect.keys()
