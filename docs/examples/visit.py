"""A visit from a test in Python: start, wait until ready, tap, read the file, go back to the beginning. Standard library only.

    python3 visit.py [path of madoguchi]
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
import xml.etree.ElementTree as ElementTree


class Station:
    """A madoguchi of its own, in a folder of its own, on a port that the system chooses."""

    def __init__(self, program="madoguchi"):
        self.folder = tempfile.TemporaryDirectory()
        # The clock stands still and nothing takes time: a test gives the same files every day.
        arguments = ["run", "--headless", "--control", "127.0.0.1:0", "--pace", "instant", "--clock", "20261121093000,freeze"]
        self.process = subprocess.Popen([program, *arguments], cwd=self.folder.name, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        told = []
        for line in self.process.stderr:
            if ready := re.match(r"madoguchi ready control=(\S+)", line):
                self.url = ready[1]
                return
            told.append(line)
        raise RuntimeError("madoguchi did not come up: " + "".join(told))

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.folder.cleanup()


def main():
    station = Station(*sys.argv[1:])
    try:
        # Answers when every file of the visit stands in its folder.
        visit = station.call("POST", "/control/v1/visits", {"person": "hanako"})
        assert visit["outcome"] == "valid", visit
        face = ElementTree.parse(visit["files"]["face"]).getroot()
        print(face.findtext(".//Name"), face.findtext(".//InsurerNumber"))
        subsidy = ElementTree.parse(visit["files"]["pmh"]).getroot()
        print(subsidy.findtext(".//CertificationName"))

        # The next one finds no valid qualification.
        station.call("PUT", "/control/v1/faults/validity-2", {"count": 1})
        print(station.call("POST", "/control/v1/visits", {"person": "taro"})["outcome"])

        station.call("POST", "/control/v1/reset", {})
    finally:
        station.end()


if __name__ == "__main__":
    main()
