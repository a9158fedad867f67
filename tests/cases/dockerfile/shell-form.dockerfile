FROM a
SHELL /bin/sh
