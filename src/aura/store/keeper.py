"""The process that keeps the embedded PostgreSQL: run by path, with the standard library alone.

In: one argument, a JSON object with the command, its environment, folder and account, and three
open files: the log, the lock that every user of the server holds shared, the lock that says a
server is alive. Out: nothing. The server stops when its last user is gone, killed ones included,
because the kernel then gives us the users' lock; and it stops when this process dies, whatever
kills it. So nobody has to remember to stop it, and several processes share one server.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

REASONS_TO_STOP = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 60


def start(order: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the server as our own child, in its own account."""
    keeper = os.getpid()

    def end_with_keeper() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != keeper:
                os._exit(1)

    account = {}
    if order["uid"] is not None:
        account = {"user": order["uid"], "group": order["gid"], "extra_groups": []}
    return subprocess.Popen(  # noqa: S603 - the command comes from our parent
        order["command"],
        cwd=order["folder"],
        env=order["environment"],
        stdin=subprocess.DEVNULL,
        stdout=order["log"],
        stderr=subprocess.STDOUT,
        preexec_fn=end_with_keeper,  # noqa: PLW1509 - no other thread has been started yet
        **account,
    )


def wait_for_last_user(lock: int) -> None:
    """Block until nobody holds the users' lock, then tell the main thread."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Keep the server until a reason to stop it appears."""
    order = json.loads(sys.argv[1])
    if os.fork() != 0:  # whoever started us need not wait for us, nor reap us
        return 0
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, REASONS_TO_STOP)
    server = start(order)
    threading.Thread(target=wait_for_last_user, args=(order["users"],), daemon=True).start()
    signal.sigwait(REASONS_TO_STOP)
    server.send_signal(signal.SIGINT)
    try:
        return server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        return server.wait()


if __name__ == "__main__":
    sys.exit(main())
