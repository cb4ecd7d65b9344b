"""Leaves a transaction that no coordinator knows of, as clients before transactions were verified could (KIP-890)."""

import struct
import sys
import time

from brokers import SHARED, Failed

sys.path.insert(0, str(SHARED / "bench"))
import wire

PRODUCE, INIT_PRODUCER_ID = 0, 22
TRANSACTIONAL, MAGIC = 0x10, 2
AGE_MS = 2 * 3600 * 1000
SECONDS_MAX = 30


def hang(bootstrap, topic, partition, transactional_id):
    """One record two hours old, without a word to the coordinator that the partition takes part."""
    end = time.monotonic() + SECONDS_MAX
    while error := attempt(wire.Connection(bootstrap), topic, partition, transactional_id):
        # Coordinators and new leaders take a moment, and so does a setting that was altered.
        if time.monotonic() > end:
            raise Failed(error)
        time.sleep(0.1)


def attempt(connection, topic, partition, transactional_id):
    """What went wrong, if anything did."""
    answer = connection.call(wire.frame(INIT_PRODUCER_ID, 0, wire._string(transactional_id) + struct.pack(">i", 60_000)))
    error, producer_id, producer_epoch = struct.unpack_from(">hqh", answer, 8)
    if error:
        return f"InitProducerId: error {error}"
    batch = transactional_batch(b"hung", producer_id, producer_epoch)
    request = wire._string(transactional_id) + struct.pack(">hi", -1, 10_000) + struct.pack(">i", 1) + wire._string(topic)
    request += struct.pack(">iii", 1, partition, len(batch)) + batch
    error = wire.produce_error(connection.call(wire.frame(PRODUCE, 3, request)), topic)
    return f"Produce: error {error}" if error else None


def transactional_batch(value, producer_id, producer_epoch):
    record = b"\0" + wire._varint(0) + wire._varint(0) + wire._varint(-1) + wire._varint(len(value)) + value + wire._varint(0)
    record = wire._varint(len(record)) + record
    then_ms = int(time.time() * 1000) - AGE_MS
    body = struct.pack(">hiqqqhii", TRANSACTIONAL, 0, then_ms, then_ms, producer_id, producer_epoch, 0, 1) + record
    return struct.pack(">qiibI", 0, len(body) + 9, -1, MAGIC, wire.crc32c(body)) + body
