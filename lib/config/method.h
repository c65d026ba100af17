#pragma once

#include <optional>
#include <string>

#include "config/arguments.h"
#include "config/draft.h"
#include "config/subject.h"

namespace lvsd {

class Compiler;

// `lvs_method NAT | DR | TUN [type …] [port …] [csum …]` in its three places.
void set_service_method(Compiler& compiler, const Arguments& arguments);
void set_server_method(Compiler& compiler, const Arguments& arguments);
void set_sorry_method(Compiler& compiler, const Arguments& arguments);

std::optional<std::string> show_method(const Subject& subject);

}  // namespace lvsd
