"""Recordings of calls (R-K2): MP3 and M4A, judged by what is in them. Pure functions."""

from collections.abc import Iterator

from iys_portal.core.refused_files import FileRefused

MP3, M4A = "audio/mpeg", "audio/mp4"
MIN_FRAMES = 8
"""Frames of an MP3 that must follow each other: a fifth of a second."""
_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def kind_of(data: bytes) -> str:
    """MP3, M4A or neither (empty), by how the file begins."""
    if data[4:8] == b"ftyp" and data[8:11] in (b"M4A", b"M4B", b"mp4", b"iso", b"das", b"3gp"):
        return M4A
    if data[:3] == b"ID3" or (len(data) > 3 and _frame(data, 0)):
        return MP3
    return ""


def judge_recording(data: bytes) -> str:
    """The kind of a whole recording. Raises `FileRefused` for what is none, or broken."""
    kind = kind_of(data)
    if not kind:
        raise FileRefused("recording-unknown")
    if not (_is_whole_mp3(data) if kind == MP3 else _is_whole_m4a(data)):
        raise FileRefused("recording-broken")
    return kind


def _is_whole_mp3(data: bytes) -> bool:
    """Frames follow each other from the first to the end, but for a tag or a cut last one."""
    place = 0
    if data[:3] == b"ID3" and len(data) > 10:
        size = data[6:10]
        if max(size) > 127:
            return False
        place = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]) + (10 if data[5] & 0x10 else 0)
    while place < len(data) and data[place] == 0:  # padding behind the tag
        place += 1
    frames = 0
    while length := _frame(data, place):
        frames += 1
        place += length
    left = data[place:]
    return frames >= MIN_FRAMES and (len(left) < 2_000 or left[:3] in (b"TAG", b"APE") or not any(left))


def _frame(data: bytes, place: int) -> int:
    """Length of the layer III frame that begins here; 0 where none does."""
    if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = data[place + 1] >> 3 & 3, data[place + 1] >> 1 & 3
    rate, bits = data[place + 2] >> 2 & 3, data[place + 2] >> 4
    if version == 1 or layer != 1 or rate == 3:
        return 0
    bitrate = _BITRATES[1 if version == 3 else 2][bits]
    if not bitrate:
        return 0
    padding = data[place + 2] >> 1 & 1
    return (144 if version == 3 else 72) * bitrate * 1000 // _RATES[version][rate] + padding


def _is_whole_m4a(data: bytes) -> bool:
    """Its boxes fill the file, and among them are an index with sound and the sound itself; no picture track."""
    boxes = dict(_boxes(data))
    index = boxes.get(b"moov", b"")
    return b"mdat" in boxes and len(boxes.get(b"mdat", b"")) > 0 and b"soun" in index and b"vide" not in index


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        size, head = int.from_bytes(data[place : place + 4]), 8
        if size == 1:
            size, head = int.from_bytes(data[place + 8 : place + 16]), 16
        elif size == 0:
            size = len(data) - place
        if size < head or place + size > len(data):
            return
        yield data[place + 4 : place + 8], data[place + head : place + size]
        place += size
