#pragma once

#include "config/arguments.h"

namespace lvsd {

class Compiler;

// The headers of real, sorry and backup servers, and what is known when a real server's block ends.
void open_real_server(Compiler& compiler, const Arguments& arguments);
void close_real_server(Compiler& compiler);
void open_sorry_server(Compiler& compiler, const Arguments& arguments);
void open_backup_server(Compiler& compiler, const Arguments& arguments);

}  // namespace lvsd
