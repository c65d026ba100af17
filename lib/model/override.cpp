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

std::string_view text(Emptiness emptiness) {
  switch (emptiness) {
    case Emptiness::usual:
      return "usual";
    case Emptiness::active:
      return "active";
    case Emptiness::all:
      return "all";
    case Emptiness::templates:
      return "templates";
  }
  return "?";
}

std::optional<Emptiness> parse_emptiness(std::string_view word) {
  for (const Emptiness emptiness :
       {Emptiness::usual, Emptiness::active, Emptiness::all, Emptiness::templates})
    if (word == text(emptiness)) return emptiness;
  return std::nullopt;
}

}  // namespace lvsd
