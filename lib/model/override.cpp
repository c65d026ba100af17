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

std::string_view text(Returning returning) {
  switch (returning) {
    case Returning::usual:
      return "usual";
    case Returning::soft:
      return "soft";
    case Returning::hard:
      return "hard";
  }
  return "?";
}

std::optional<Returning> parse_returning(std::string_view word) {
  for (const Returning returning : {Returning::usual, Returning::soft, Returning::hard})
    if (word == text(returning)) return returning;
  return std::nullopt;
}

std::string_view text(const AdminOverride& wish) {
  if (wish.state == AdminState::drain && wish.returning == Returning::soft) return "drain-soft";
  if (wish.state == AdminState::drain && wish.returning == Returning::hard) return "drain-hard";
  return text(wish.state);
}

}  // namespace lvsd
