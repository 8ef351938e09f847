"""How far a long command is, on one line of standard error."""

from django.core.management.base import OutputWrapper

WIDTH = 40


class Bar:
    """A bar that fills; says nothing where there is nothing to do."""

    def __init__(self, out: OutputWrapper, total: int) -> None:
        self.out, self.total = out, total

    def show(self, done: int) -> None:
        if self.total:
            filled = min(WIDTH * done // self.total, WIDTH)
            self.out.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{self.total}", ending="")
            self.out.flush()

    def end(self) -> None:
        if self.total:
            self.out.write("")
