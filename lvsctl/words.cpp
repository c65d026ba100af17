#include "lvsctl/words.h"

namespace lvsd::ctl {

Style style_of(std::string_view state) {
  switch (api::tone_of(state)) {
    case api::Tone::plain:
      return Style::plain;
    case api::Tone::good:
      return Style::good;
    case api::Tone::changing:
      return Style::changing;
    case api::Tone::bad:
      return Style::bad;
    case api::Tone::drain:
      return Style::drain;
    case api::Tone::rest:
      return Style::rest;
  }
  return Style::plain;
}

// A difference is about to be mended, whatever the state.
Cell state_cell(const api::ServerView& server) {
  return {api::state_text(server),
          kernel_difference(server) ? Style::changing : style_of(server.state)};
}

}  // namespace lvsd::ctl
