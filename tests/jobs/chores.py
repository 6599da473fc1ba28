"""Jobs that the tests give to the queue."""

from django_tasks import task


@task
def add(one: int, other: int) -> int:
    return one + other


@task
def stumble() -> None:
    raise ValueError("there is a stone")
