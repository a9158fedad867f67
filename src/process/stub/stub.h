/* The two roles of the one small executable: a command that is answered elsewhere, and the keeper
   of a sandbox. Errors of their own surroundings end them with WIRE_ABANDONED_EXIT. */
#pragma once

int command_main(char **arguments, char **environment);
int keeper_main(int argument_count, char **arguments);
