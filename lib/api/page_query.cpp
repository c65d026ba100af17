#include "api/page_query.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/parse_number.h"

namespace lvsd::api {
namespace {

constexpr PageOrder orders[] = {PageOrder::file,   PageOrder::worst, PageOrder::name,
                                PageOrder::active, PageOrder::rate,  PageOrder::traffic};

// A page of 25 services with ten servers each is 100 kB, made and painted at once.
constexpr std::size_t services_with_servers = 25;
constexpr std::size_t services_alone = 200;

constexpr unsigned longest_refresh = 3600;

ProblemView no_number(std::string_view name) {
  return bad_request(std::string(name) + ": not a whole number, or too great a one");
}

}  // namespace

std::string_view text(PageOrder order) {
  switch (order) {
    case PageOrder::file:
      return "file";
    case PageOrder::worst:
      return "worst";
    case PageOrder::name:
      return "name";
    case PageOrder::active:
      return "active";
    case PageOrder::rate:
      return "rate";
    case PageOrder::traffic:
      return "traffic";
  }
  return "";
}

std::span<const PageOrder> page_orders() {
  return orders;
}

std::variant<PageQuery, ProblemView> page_query(const Words& words) {
  PageQuery query{.service = word(words, "service"),
                  .filter = word(words, "filter"),
                  .open = word(words, "open"),
                  .brief = word(words, "servers") == "no"};
  if (const std::string order = word(words, "sort"); !order.empty()) {
    const auto found = std::find_if(std::begin(orders), std::end(orders),
                                    [&](PageOrder known) { return text(known) == order; });
    if (found == std::end(orders))
      return bad_request("sort: file, worst, name, active, rate and traffic are the orders");
    query.order = *found;
  }
  if (const std::string page = word(words, "page"); !page.empty()) {
    const auto number = parse_number<std::uint32_t>(page);
    if (!number) return no_number("page");
    query.page = std::max<std::size_t>(1, *number);
  }
  if (const std::string refresh = word(words, "refresh"); !refresh.empty()) {
    const auto number = parse_number<unsigned>(refresh);
    if (!number || *number > longest_refresh) return no_number("refresh");
    query.refresh = *number;
  }
  return query;
}

std::string link(const PageQuery& query) {
  Words words;
  const auto say = [&words](const char* name, const std::string& value) {
    if (!value.empty()) words[name] = value;
  };
  say("service", query.service);
  say("filter", query.filter);
  say("open", query.open);
  if (query.order != PageOrder::file) say("sort", std::string(text(query.order)));
  if (query.brief) say("servers", "no");
  if (query.page > 1) say("page", std::to_string(query.page));
  if (query.refresh != 0) say("refresh", std::to_string(query.refresh));
  return path_of(Action::page, {}, words);
}

std::size_t page_size(const PageQuery& query) {
  return query.brief ? services_alone : services_with_servers;
}

}  // namespace lvsd::api
