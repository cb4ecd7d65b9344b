"""Starts and stops the brokers that the suites and the interop checks run against, on loopback only."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
KAFKACTL = pathlib.Path(os.environ.get("KAFKACTL", ROOT / "target" / "release" / "kafkactl"))
KAFKA = SHARED / "peers" / "apache-kafka" / "kafka"
READY_SECONDS_MAX = 30


class Failed(Exception):
    """A check's finding."""


def run(*command, stdin="", check=True, seconds=180):
    """Runs a program to its end; gives back the finished process, with text output."""
    done = subprocess.run([str(part) for part in command], input=stdin, capture_output=True, text=True,
                          timeout=seconds, errors="surrogateescape")
    if check and done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done


class Ours:
    """One kafkactl broker on a data directory, or on those that `log.dirs` among the settings names."""

    def __init__(self, folder, port, *settings):
        self.folder, self.bootstrap = pathlib.Path(folder), f"127.0.0.1:{port}"
        self.settings = [word for setting in settings for word in ("--set", setting)]
        if not any(setting.startswith("log.dirs=") for setting in settings):
            self.settings += ["--data-dir", self.folder]
        self.process = None

    def start(self):
        ready = self.folder.parent / f"{self.folder.name}.ready"
        ready.unlink(missing_ok=True)
        self.log = open(self.folder.parent / f"{self.folder.name}.log", "ab")
        self.process = subprocess.Popen(
            [KAFKACTL, "broker", "start", "--listen", self.bootstrap,
             "--ready-file", ready, *self.settings], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + READY_SECONDS_MAX
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failed(f"kafkactl broker did not get ready:\n{pathlib.Path(self.log.name).read_text()[-3000:]}")
            time.sleep(0.01)
        return self

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            status = self.process.wait(30)
            if not kill and status:
                raise Failed(f"kafkactl broker ended with {status} after SIGTERM")


class Theirs:
    """One Apache Kafka node on a data directory, formatted when it is empty."""

    def __init__(self, folder, port, *options):
        self.folder, self.bootstrap, self.port = pathlib.Path(folder), f"127.0.0.1:{port}", port
        self.options = options
        self.home = self.folder.parent / f"{self.folder.name}.kafka"

    def start(self):
        run(KAFKA, "start", "--dir", self.home, "--log-dir", self.folder, "--port", self.port, "--heap", "512m",
            *self.options, seconds=240)
        return self

    def stop(self, kill=False):
        run(KAFKA, "stop", "--dir", self.home, *(["--kill"] if kill else []), check=False)
        # A killed process is no longer listed a moment before its sockets are gone.
        end = time.monotonic() + READY_SECONDS_MAX
        while socket.socket().connect_ex(("127.0.0.1", self.port)) == 0 and time.monotonic() < end:
            time.sleep(0.01)


def scratch():
    """A folder that goes away with the program."""
    import atexit
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kafkactl-ci-", dir=os.environ.get("TMPDIR")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
