"""What a broker leaves in the middle of: transactions in every state, and members of groups.

The clients that hold them live on while another broker takes over the directory and the port.
"""

import json
import subprocess
import threading
import time

from brokers import KAFKACTL, Failed, run

STEP_SECONDS_MAX = 120
LINES = 10
PROTOCOLS = ("classic", "consumer")
# `TransactionState` of Kafka.
PREPARE_COMMIT, PREPARE_ABORT = 2, 3


class Client:
    """A kafkactl whose input is held open and whose output is read as it comes."""

    def __init__(self, bootstrap, *arguments):
        self.name = " ".join(arguments)
        self.process = subprocess.Popen([KAFKACTL, "-b", bootstrap, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.lines, self.changed = [], threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def tell(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def wait_for_lines(self, count):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.lines) >= count, STEP_SECONDS_MAX):
                raise Failed(f"{self.name}: {len(self.lines)} of {count} lines came: {self.lines[-3:]}")

    def finish(self):
        self.process.stdin.close()
        status = self.process.wait(STEP_SECONDS_MAX)
        self.reader.join()
        if status:
            raise Failed(f"{self.name}: exit {status}")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Unfinished:
    """Leaves it with one broker, and sees what another makes of it."""

    def __init__(self, broker):
        for name in ("kept", "lost", "commit", "abort", *PROTOCOLS):
            run(KAFKACTL, "-b", broker.bootstrap, "topic", "create", name, "-P", "1", "-R", "1")
        self.producers = {}
        for name in ("kept", "lost", "commit", "abort"):
            producer = self.producers[name] = Client(broker.bootstrap, "produce", name, "--txn", name, "--report")
            producer.tell("before")
            producer.wait_for_lines(1)
        self.members = {}
        for protocol in PROTOCOLS:
            produce(broker, protocol, 0)
            self.members[protocol] = Client(broker.bootstrap, "consume", protocol, "--group", protocol, "--commit", "--follow",
                                            "--group-protocol", protocol, "--format", "%s\\n", "-n", str(2 * LINES))
            self.members[protocol].wait_for_lines(LINES)

    def stopped(self, folder):
        """The broker is gone, and two of the transactions had been asked to end."""
        for name in ("lost", "commit", "abort"):
            self.producers[name].kill()
        prepare(folder, "commit", PREPARE_COMMIT)
        prepare(folder, "abort", PREPARE_ABORT)

    def taken_over(self, broker):
        wait_for_states(broker, {"commit": "CompleteCommit", "abort": "CompleteAbort", "kept": "Ongoing", "lost": "Ongoing"})
        expect_committed(broker, {"commit": ["before"], "abort": [], "kept": [], "lost": []})
        self.producers["kept"].tell("after")
        self.producers["kept"].wait_for_lines(2)
        self.producers["kept"].finish()
        for name in ("lost", "commit", "abort"):
            run(KAFKACTL, "-b", broker.bootstrap, "produce", name, "--txn", name, stdin="after\n")
        wait_for_states(broker, dict.fromkeys(self.producers, "CompleteCommit"))
        both, later = ["before", "after"], ["after"]
        expect_committed(broker, {"commit": both, "abort": later, "kept": both, "lost": later})
        for protocol, member in self.members.items():
            produce(broker, protocol, LINES)
            member.finish()
            expected = [f"{protocol} {n}" for n in range(2 * LINES)]
            if member.lines != expected:
                raise Failed(f"the member of {protocol} read {member.lines}")

    def close(self):
        for client in (*self.producers.values(), *self.members.values()):
            client.kill()


def produce(broker, topic, start):
    lines = "".join(f"{topic} {n}\n" for n in range(start, start + LINES))
    run(KAFKACTL, "-b", broker.bootstrap, "produce", topic, stdin=lines)


def wait_for_states(broker, expected):
    """A coordinator finishes on its own what it finds prepared."""
    end = time.monotonic() + STEP_SECONDS_MAX
    while True:
        listed = run(KAFKACTL, "-b", broker.bootstrap, "txn", "list", "-o", "json", check=False)
        items = json.loads(listed.stdout)["items"] if listed.returncode == 0 else []
        states = {item["transactional_id"]: item["state"] for item in items}
        if states == expected:
            return
        if time.monotonic() > end:
            raise Failed(f"transactions are {states}, not {expected}")
        time.sleep(0.2)


def expect_committed(broker, expected):
    for topic, values in expected.items():
        read = run(KAFKACTL, "-b", broker.bootstrap, "consume", topic, "--isolation", "committed", "--format", "%s\\n")
        if read.stdout.splitlines() != values:
            raise Failed(f"{topic} has the committed records {read.stdout.splitlines()}, not {values}")


def prepare(folder, transactional_id, status):
    """Appends what a coordinator writes when a transaction is asked to end, as if it had been killed right after."""
    key = b"\0\0" + len(transactional_id).to_bytes(2, "big") + transactional_id.encode()
    for log in folder.glob("__transaction_state-*/*.log"):
        written = list(batches(log.read_bytes()))
        last = next((batch for batch in reversed(written) if key in batch), None)
        if last is None:
            continue
        if int.from_bytes(last[57:61], "big") != 1:
            raise Failed(f"{log}: {transactional_id} is not alone in its batch")
        batch = bytearray(last)
        end = written[-1]
        batch[0:8] = (int.from_bytes(end[0:8], "big") + int.from_bytes(end[23:27], "big") + 1).to_bytes(8, "big")
        value = batch.index(key) + len(key)
        # Before the value stands its length, a varint; it begins with version, producer id, epoch, timeout, status.
        while batch[value] & 0x80:
            value += 1
        epoch, state = slice(value + 11, value + 13), value + 17
        batch[epoch] = (int.from_bytes(batch[epoch], "big") + 1).to_bytes(2, "big")
        batch[state] = status
        batch[17:21] = crc32c(batch[21:]).to_bytes(4, "big")
        with open(log, "ab") as file:
            file.write(batch)
        return
    raise Failed(f"no coordinator wrote of {transactional_id}")


def batches(log):
    """The batches of a segment; a torn one at the end is none."""
    while len(log) >= 12 and len(log) >= 12 + int.from_bytes(log[8:12], "big"):
        size = 12 + int.from_bytes(log[8:12], "big")
        yield log[:size]
        log = log[size:]


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82f63b78 & -(crc & 1))
    return crc ^ 0xffffffff
