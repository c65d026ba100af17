#pragma once

#include "config/arguments.h"

namespace lvsd {

class Compiler;

// `virtual_server ADDRESS [PORT] | fwmark N | group NAME`.
void open_service(Compiler& compiler, const Arguments& arguments);

// A virtual server's block has ended: inheritance, defaults and ports are settled, mistakes that
// show only now are reported, and the result goes into the Config. One whose group is not defined
// yet waits for the end of the file.
void close_service(Compiler& compiler);

// The file has ended: groups that came late, services that two virtual servers stand for.
void settle_all(Compiler& compiler);

}  // namespace lvsd
