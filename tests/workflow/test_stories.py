"""Every story of the table, on moto's interpreter."""

import pytest

from tests.workflow.checks import leaks, problems
from tests.workflow.stories.all_stories import STORIES
from tests.workflow.stories.runner import ending, run_story
from tests.workflow.stories.story import Story
from tests.workflow.world import World


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_ends_as_the_story_says(
    story: Story, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run_story(story, world)

    assert ending(world) == story.ends
    assert problems(world) == []
    assert leaks(world, capsys.readouterr().out) == []


def test_no_two_stories_have_one_name() -> None:
    names = [story.name for story in STORIES]

    assert sorted(set(names)) == sorted(names)
