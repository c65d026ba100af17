#include "api/status_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "api/html.h"
#include "api/page_tables.h"
#include "api/units.h"
#include "api/words.h"

namespace lvsd::api {
namespace {

template <class... Pieces>
void append(std::string& out, fmt::format_string<const Pieces&...> format,
            const Pieces&... pieces) {
  fmt::format_to(std::back_inserter(out), format, pieces...);
}

// ---- the top: what `lvsctl status` begins with

void append_pieces(std::string& out, std::string_view label,
                   const std::vector<std::string>& pieces) {
  append(out, "<dt>{}</dt><dd>", label);
  for (const std::string& piece : pieces)
    append(out, "<span>{}</span> ", escaped(piece));
  out += "</dd>";
}

std::string services_text(const StatusPage& page) {
  return fmt::format("{} up, {} degraded, {} down", page.up, page.degraded, page.down);
}

void append_header(std::string& out, const StatusPage& page) {
  const StatusView& status = page.status;
  append(out, "<header><h1>{} <a href=\"/\" data-part>lvsd {} on {}</a></h1>\n<dl>",
         state_mark(status.state, status.state), escaped(status.version), escaped(status.host));
  append_pieces(out, "running",
                {duration_text(status.uptime_seconds), config_text(page.head, status.config),
                 drift_text(status.drift)});
  std::vector<std::string> kernel = kernel_pieces(status.kernel);
  if (page.head.counted) kernel.push_back(counted_text(page.head));
  append_pieces(out, "kernel", kernel);
  append_pieces(out, "checks", {checks_text(status.checks)});
  append_pieces(out, "services", {services_text(page)});
  out += "</dl>\n";
  PageQuery by_itself = page.query;
  by_itself.refresh = page.query.refresh == 0 ? 5 : 0;
  append(out,
         "<p class=\"asof\">as of {} <a href=\"{}\" class=\"still\">{}</a></p>"
         "<p id=\"live\" role=\"status\" data-own></p></header>\n",
         clock_text(page.head.time, page.head.time), escaped(link(by_itself)),
         page.query.refresh == 0 ? "show it again every 5 s" : "stop showing it again");
}

// ---- what needs attention

void append_attention(std::string& out, const StatusPage& page) {
  out +=
      "<section class=\"attention\" aria-labelledby=\"attention\"><h2 id=\"attention\">"
      "Attention</h2>";
  if (page.attention == 0) {
    out += "<p>nothing</p></section>\n";
    return;
  }
  out += "<ul>\n";
  for (const AttentionView& entry : page.status.attention) {
    const bool is_error = entry.severity == "error";
    const std::string age =
        entry.since ? " (" + age_text(entry.since, page.head.time) + ")" : std::string();
    const std::string target =
        entry.target.empty()
            ? "lvsd"
            : fmt::format("<a href=\"{}\" data-part>{}</a>",
                          escaped(link({.filter = entry.target})), escaped(entry.target));
    append(out,
           "<li class=\"{}\"><span aria-hidden=\"true\">{}</span><span class=\"unseen\">{}:</span> "
           "{} {}{}</li>\n",
           is_error ? "bad" : "changing", is_error ? "✖" : "!", escaped(entry.severity), target,
           escaped(entry.text), age);
  }
  out += "</ul>";
  if (page.attention > page.status.attention.size())
    append(out, "<p>and {} more: <a href=\"{}\" data-part>the worst first</a></p>",
           page.attention - page.status.attention.size(),
           escaped(link({.order = PageOrder::worst})));
  out += "</section>\n";
}

// ---- what is shown, and of how much

std::string_view order_text(PageOrder order) {
  switch (order) {
    case PageOrder::file:
      return "as in the file";
    case PageOrder::worst:
      return "the worst first";
    case PageOrder::name:
      return "by name";
    case PageOrder::active:
      return "most connections";
    case PageOrder::rate:
      return "most new connections";
    case PageOrder::traffic:
      return "most traffic";
  }
  return "";
}

void append_form(std::string& out, const StatusPage& page) {
  const PageQuery& query = page.query;
  out += "<form method=\"get\" action=\"/\" role=\"search\">";
  if (!query.service.empty())
    append(out, "<input type=\"hidden\" name=\"service\" value=\"{}\">", escaped(query.service));
  append(out,
         "<label>Find <input type=\"search\" name=\"filter\" value=\"{}\" "
         "placeholder=\"web, 10.0.0.2, DOWN or state!=ACTIVE\" size=\"34\" autocomplete=\"off\" "
         "spellcheck=\"false\"></label> <label>Sort <select name=\"sort\">",
         escaped(query.filter));
  for (const PageOrder order : page_orders())
    append(out, "<option value=\"{}\"{}>{}</option>", text(order),
           order == query.order ? " selected" : "", order_text(order));
  append(out,
         "</select></label> <label><input type=\"checkbox\" name=\"servers\" value=\"no\"{}> "
         "services only</label> <button>Show</button></form>\n",
         query.brief ? " checked" : "");
}

std::size_t pages(const StatusPage& page) {
  const std::size_t size = page_size(page.query);
  return std::max<std::size_t>(1, (page.found + size - 1) / size);
}

void append_pager(std::string& out, const StatusPage& page, std::string_view which) {
  const std::size_t last = pages(page);
  const auto to = [&](std::size_t number, std::string_view word) {
    PageQuery query = page.query;
    query.page = number;
    append(out, "<a href=\"{}\" data-part>{}</a> ", escaped(link(query)), word);
  };
  append(out, "<nav aria-label=\"Pages, {}\"><span>{} service{}</span> ", which, page.found,
         page.found == 1 ? "" : "s");
  if (last > 1) {
    if (page.query.page > 1) {
      to(1, "first");
      to(page.query.page - 1, "previous");
    }
    append(out, "<span>page {} of {}</span> ", page.query.page, last);
    if (page.query.page < last) {
      to(page.query.page + 1, "next");
      to(last, "last");
    }
  }
  if (!page.query.service.empty() || !page.query.filter.empty())
    out += "<a href=\"/\" data-part>all services</a>";
  out += "</nav>\n";
}

bool replies_bypass(const StatusPage& page) {
  return std::any_of(page.services.begin(), page.services.end(), [](const ServiceSample& service) {
    return service.view.rates.in_bps && !service.view.rates.out_bps;
  });
}

void append_main(std::string& out, const StatusPage& page) {
  out += "<main id=\"main\">";
  append_attention(out, page);
  append_form(out, page);
  if (page.problem)
    append(out, "<p class=\"problem\" role=\"alert\">{}</p>\n", escaped(*page.problem));
  append_pager(out, page, "top");
  if (page.query.brief)
    append_brief_services(out, page);
  else
    append_services(out, page);
  if (replies_bypass(page))
    out += "<p class=\"note\">\"-\" in Out/s: replies bypass this host in DR/TUN mode</p>\n";
  if (pages(page) > 1) append_pager(out, page, "bottom");
  append_events(out, page);
  out += "</main>\n";
}

// ---- changes; the script opens it

constexpr std::string_view dialog =
    "<dialog id=\"wish\" aria-labelledby=\"wish-title\" data-own><form method=\"dialog\">"
    "<h2 id=\"wish-title\"></h2>"
    "<p id=\"wish-what\"></p>"
    "<label id=\"wish-weight\">Weight <input type=\"number\" name=\"weight\" min=\"0\" "
    "max=\"65535\"></label>"
    "<label>Reason <input name=\"reason\" maxlength=\"200\" autocomplete=\"off\" required></label>"
    "<label id=\"wish-token\">Token <input type=\"password\" name=\"token\" "
    "autocomplete=\"off\"></label>"
    "<label id=\"wish-force\"><input type=\"checkbox\" name=\"force\"> do it all the same</label>"
    "<p id=\"wish-answer\" role=\"alert\"></p>"
    "<p class=\"choices\"><button value=\"do\" id=\"wish-do\"></button> "
    "<button value=\"cancel\" formnovalidate id=\"wish-cancel\">Cancel</button></p>"
    "</form></dialog>\n";

}  // namespace

std::string html(const StatusPage& page) {
  const PageAssets& assets = page_assets();
  std::string out;
  out.reserve(assets.style.size() + assets.script.size() + page.services.size() * 6000 + 16384);
  append(out,
         "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta name=\"color-scheme\" content=\"light dark\">"
         "<meta name=\"referrer\" content=\"no-referrer\">{}"
         "<title>{} - lvsd on {}</title><link rel=\"icon\" href=\"data:,\">\n<style>",
         page.query.refresh == 0
             ? ""
             : fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">", page.query.refresh),
         escaped(page.status.state), escaped(page.status.host));
  out += assets.style;
  append(out,
         "</style></head>\n<body data-newest=\"{}\">\n<a class=\"skip\" href=\"#main\">skip "
         "to the services</a>\n",
         page.newest_event);
  append_header(out, page);
  append_main(out, page);
  if (page.may_write) out += dialog;
  out += "<script>";
  out += assets.script;
  out += "</script></body></html>\n";
  return out;
}

}  // namespace lvsd::api
