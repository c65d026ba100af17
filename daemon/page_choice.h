#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/filter.h"
#include "api/status_page.h"
#include "daemon/outlook.h"
#include "daemon/totals.h"

namespace lvsd {

// What a query means: an expression about servers, or words that all have to be found in what a
// service or a server is called, where it is and how it is, in whatever case.
class PageFilter {
 public:
  // What is wrong with it is in `problem`; then everything is meant.
  explicit PageFilter(const std::string& text);

  const std::optional<std::string>& problem() const { return problem_; }
  bool is_all() const { return words_.empty() && !expression_; }

  // Where words are looked for of a service.
  static std::string text_of(const api::ServiceSummary& service);
  // Whether a service is meant with all that is in it.
  bool holds(const std::string& service_text) const;
  bool holds(const std::string& service_text, const api::ServerView& server) const;

 private:
  std::optional<api::Filter> expression_;
  std::vector<std::string> words_;  // in lower case
  std::optional<std::string> problem_;
};

// Which services stand on the page that a query asks for, and what the top of every page says.
// Services are looked at one by one, so that the caller can look at thousands of them in slices.
class PageChoice {
 public:
  explicit PageChoice(api::PageQuery query);

  // Servers that it took to look at it.
  std::size_t look(const Outlook& outlook, std::size_t index);

  // The page without services and events, once all have been looked at; and the indices of its
  // services. The page of the query is the last there is, at most.
  api::StatusPage page(const Outlook& outlook) const;
  std::vector<std::size_t> services() const;

  // One of them.
  api::ServiceSample service(const Outlook& outlook, const Totals& totals, std::size_t index) const;

 private:
  struct Candidate {
    std::size_t index = 0;
    std::uint64_t rank = 0;  // the lower, the earlier
    std::string name;        // where that decides
  };
  void note_attention(const Outlook& outlook, std::size_t index);
  std::size_t last_page() const;

  api::PageQuery query_;
  PageFilter filter_;
  std::optional<std::size_t> only_;  // the service of the query
  bool is_unknown_ = false;          // there is no such service
  std::string unknown_;              // and which resemble it
  std::vector<Candidate> candidates_;
  std::vector<api::AttentionView> errors_;
  std::vector<api::AttentionView> warnings_;
  std::size_t attention_ = 0;
  std::uint64_t up_ = 0;
  std::uint64_t degraded_ = 0;
  std::uint64_t down_ = 0;
};

// The checks of the server of a virtual server whose row has that key; null: it has no such server.
const std::vector<Check>* checks_of_row(const VirtualServer& service, const std::string& key);

}  // namespace lvsd
