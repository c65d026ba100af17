#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "api/request.h"
#include "api/routes.h"

// What somebody wants to see of the status page: the words behind its `?`. Every link of the page
// is such a query, so that each view of it has an address, and works without JavaScript.

namespace lvsd::api {

enum class PageOrder : std::uint8_t { file, worst, name, active, rate, traffic };
std::string_view text(PageOrder order);  // "worst"
std::span<const PageOrder> page_orders();

struct PageQuery {
  std::string service;  // only this one; empty: all
  std::string filter;   // an expression of api/filter.h about servers, or words to be found
  std::string open;     // "web/web01": whose last checks are shown
  PageOrder order = PageOrder::file;
  bool brief = false;    // services without their servers
  std::size_t page = 1;  // from 1
  unsigned refresh = 0;  // seconds; 0: the browser does not ask again by itself

  bool operator==(const PageQuery&) const = default;
};

// ?service= ?filter= ?open= ?sort= ?servers=no ?page= ?refresh=, or what is wrong with them.
std::variant<PageQuery, ProblemView> page_query(const Words& words);

// "/?filter=down&page=2": where that view is.
std::string link(const PageQuery& query);

// Services on one page.
std::size_t page_size(const PageQuery& query);

}  // namespace lvsd::api
