"""Resident memory of a process, told apart by what is mapped, the same way for every contestant."""
import pathlib
import re

MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$")


def by_mapping(pid):
    """Resident bytes by path; memory without a file has the path ''."""
    resident, path = {}, ""
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        mapping = MAPPING.match(line)
        if mapping:
            path = mapping.group(1)
        elif line.startswith("Rss:"):
            key = path if path.startswith("/") else ""
            resident[key] = resident.get(key, 0) + int(line.split()[1]) * 1024
    return resident


def resident(pid, without=()):
    """Resident bytes of a process; files whose path ends with one of `without` are left out (rows that are only re-ranked from)."""
    return sum(size for path, size in by_mapping(pid).items() if not any(path.endswith(str(end)) for end in without))


def resident_of(pid, part):
    """Resident bytes of files with `part` in their path, and of memory without a file."""
    found = by_mapping(pid)
    return sum(size for path, size in found.items() if part in path), found.get("", 0)


def total(pid):
    """Resident bytes as the kernel counts them; quick, for sampling."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    fields = {name: int(value) * 1024 for name, value in re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB", status, re.M)}
    return fields["VmRSS"], fields["RssAnon"]
