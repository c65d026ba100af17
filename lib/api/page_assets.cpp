#include "api/status_page.h"

// Written by cmake/embed.cmake from lib/api/page: each a string literal.

namespace lvsd::api {
namespace {

constexpr std::string_view style =
#include <lvsd_page/status.css.inc>
    ;
constexpr std::string_view script =
#include <lvsd_page/status.js.inc>
    ;

}  // namespace

const PageAssets& page_assets() {
  static constexpr PageAssets assets{style, script};
  return assets;
}

}  // namespace lvsd::api
