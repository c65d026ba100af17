#include "model/override.h"

namespace lvsd {

std::string_view text(AdminState state) {
  switch (state) {
    case AdminState::enabled:
      return "enabled";
    case AdminState::drain:
      return "drain";
    case AdminState::disabled:
      return "disabled";
  }
  return "?";
}

}  // namespace lvsd
