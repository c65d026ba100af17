#pragma once

#include <string>
#include <string_view>

// The little of HTML that everything on a page goes through.

namespace lvsd::api {

// Text that may come from strangers, as the content of an element or inside double quotes: it
// neither ends nor begins markup, and what steers a terminal or turns the direction of writing
// shows as \u202e instead of doing it.
std::string escaped(std::string_view text);

}  // namespace lvsd::api
