#pragma once

namespace lvsd {

class Compiler;

// A virtual server's block has ended: inheritance, defaults and ports are settled, mistakes that
// show only now are reported, and the result goes into the Config.
void settle_service(Compiler& compiler);

}  // namespace lvsd
