#include "command.h"
static int r(int c,char**a){(void)c;(void)a;return 0;}
const struct command COMMAND_CALL={.name="call",.usage="call",.run=r};
const struct command COMMAND_HELP={.name="help",.usage="help",.run=r};
const struct command COMMAND_VERSION={.name="version",.usage="version",.run=r};
