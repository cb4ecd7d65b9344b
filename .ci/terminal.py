"""Programs in a pseudo-terminal, and what their screens show. Needs pip's pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte


class Terminal:
    """A running program; its screen is read when asked for."""

    def __init__(self, *command, width=120, height=34):
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ.update(TERM="xterm-256color")
            os.environ.pop("NO_COLOR", None)
            os.execv(command[0], [str(word) for word in command])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def text(self):
        return "\n".join(self.screen.display)

    def read(self, until, seconds=120):
        """Takes in what comes until `until()`; False when that is not so in time."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                return False
            if select.select([self.fd], [], [], 0.1)[0]:
                self.stream.feed(os.read(self.fd, 65536))
        return True

    def press(self, keys):
        os.write(self.fd, keys)

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        os.close(self.fd)
        os.waitpid(self.pid, 0)
