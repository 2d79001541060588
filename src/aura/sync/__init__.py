"""From due work to stored numbers: connecting, planning, reading, writing, recording."""
