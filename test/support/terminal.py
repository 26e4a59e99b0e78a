"""Runs a command with stdin and stderr on a terminal, and stdout on it too or on a pipe, as in `command | jq`.

argv[1] is JSON: {"command": [...], "env": {...}, "piped": whether stdout is a pipe,
"steps": [{"await": "text on the terminal", "send": "keys"}]}.
Prints JSON: {"code": exit code, "stdout": what was written to the pipe, "terminal": text}.
"""
import fcntl, json, os, pty, selectors, subprocess, sys, termios, time

DEADLINE_S = 60

order = json.loads(sys.argv[1])
keyboard, screen = pty.openpty()


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


steps = order["steps"]
# Typed ahead, before the command could ask anything.
while steps and steps[0]["await"] == "":
    os.write(keyboard, steps.pop(0)["send"].encode())
end, pipe = os.pipe()
child = subprocess.Popen(
    order["command"],
    stdin=screen,
    stderr=screen,
    stdout=pipe if order["piped"] else screen,
    env=order["env"],
    preexec_fn=own_terminal,
)
os.close(screen)
os.close(pipe)
texts = {keyboard: b"", end: b""}
awaited_from = 0
until = time.monotonic() + DEADLINE_S
selector = selectors.DefaultSelector()
for stream in texts:
    selector.register(stream, selectors.EVENT_READ)
while selector.get_map() and time.monotonic() < until:
    for key, _ in selector.select(0.2):
        try:
            part = os.read(key.fd, 65536)
        except OSError:  # Linux reports EIO once the last process has closed the terminal
            part = b""
        texts[key.fd] += part
        if part == b"":
            selector.unregister(key.fd)
    seen = texts[keyboard].decode("utf8", "replace")
    if steps and steps[0]["await"] in seen[awaited_from:]:
        step = steps.pop(0)
        awaited_from = len(seen)
        os.write(keyboard, step["send"].encode())
if selector.get_map():
    child.kill()
print(
    json.dumps(
        {
            "code": child.wait(),
            "stdout": texts[end].decode("utf8", "replace"),
            "terminal": texts[keyboard].decode("utf8", "replace").replace("\r\n", "\n"),
        }
    )
)
