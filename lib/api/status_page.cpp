#include "api/status_page.h"

namespace lvsd::api {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

Response status_page(const Head&, const StatusView& status,
                     const std::vector<ServiceView>& services) {
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>lvsd</title>\n<h1>" +
      escaped(status.host) + " " + escaped(status.state) +
      "</h1>\n<table>\n<tr><th>Service<th>State\n";
  for (const ServiceView& service : services)
    body += "<tr><td>" + escaped(service.service) + "<td>" + escaped(service.state) + "\n";
  body += "</table>\n</html>\n";
  return {.content_type = "text/html; charset=utf-8", .body = std::move(body)};
}

}  // namespace lvsd::api
