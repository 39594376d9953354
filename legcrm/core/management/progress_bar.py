"""A progress bar for commands, where a person is looking."""

import time


class Bar:
    """Shows on ``stream`` how many of ``total`` rows are done; nothing where it is no terminal."""

    WIDTH = 30

    def __init__(self, stream, total=0):
        self.stream = stream
        self.total = total
        self.started = time.monotonic()

    def show(self, done, total=None):
        """Show that ``done`` rows are done; ``total`` replaces what was known of their number."""
        self.total = self.total if total is None else total
        if not self.stream.isatty() or not done or not self.total:
            return
        share = done / self.total
        left = (time.monotonic() - self.started) * (1 - share) / share
        filled = int(self.WIDTH * share)
        self._write(
            f"\r[{'#' * filled}{'.' * (self.WIDTH - filled)}] "
            f"{done:,} / {self.total:,} rows, {left:.0f} s left ",
        )

    def clear(self):
        if self.stream.isatty():
            self._write("\r\033[K")

    def _write(self, text):
        self.stream.write(text, style_func=str, ending="")
        self.stream.flush()
