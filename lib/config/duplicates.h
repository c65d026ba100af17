#pragma once

namespace lvsd {

class Compiler;

// Services and names that two virtual servers lay claim to.
void report_duplicates(Compiler& compiler);

}  // namespace lvsd
