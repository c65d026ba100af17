#include "daemon/list_pieces.h"

#include <algorithm>
#include <utility>

#include "api/json.h"
#include "daemon/filtered.h"

namespace lvsd {

namespace {

// About; what it takes to make as much is a millisecond.
constexpr std::size_t piece_size = 65536;
// A piece without anything in it ends with the loop's patience, not with the list.
constexpr std::size_t services_a_piece = 100;

// What is configured at most this much is answered at once, with its length.
constexpr std::size_t most_at_once = 500;

bool is_long(const Config& config) {
  std::size_t count = 0;
  for (const VirtualServer& service : config.virtual_servers)
    count += service.real_servers.size() + service.sorry_servers.size();
  return count > most_at_once;
}

template <class View>
class ListPieces final : public api::Pieces {
 public:
  ListPieces(Look look, ViewsOf<View> views_of, std::optional<api::Filter> terms,
             std::string closing)
      : look_(std::move(look)),
        views_of_(std::move(views_of)),
        terms_(std::move(terms)),
        closing_(std::move(closing)) {
    for (const VirtualServer& service : look_().pools.config().virtual_servers)
      services_.push_back(id(service));
  }

  void next(Take take) override {
    if (closing_.empty()) return take(std::nullopt);
    std::string out;
    out.reserve(piece_size + piece_size / 4);
    const Outlook now = look_();
    for (std::size_t seen = 0;
         next_ < services_.size() && out.size() < piece_size && seen < services_a_piece; ++seen)
      append(now, services_[next_++], out);
    if (next_ == services_.size()) out += std::exchange(closing_, {});
    take(std::move(out));
  }

 private:
  void append(const Outlook& now, const std::string& service, std::string& out) {
    const auto index = index_of(now.pools.config(), service);
    if (!index) return;
    for (const View& view : views_of_(now, *index)) {
      if (terms_ && !terms_->holds(api::fields_of(view))) continue;
      if (!std::exchange(is_first_, false)) out += ',';
      api::append_item(out, view);
    }
  }

  // Mostly where it was when the list began.
  std::optional<std::size_t> index_of(const Config& config, const std::string& service) const {
    const auto& all = config.virtual_servers;
    const auto is_it = [&service](const VirtualServer& one) { return id(one) == service; };
    if (next_ <= all.size() && is_it(all[next_ - 1])) return next_ - 1;
    const auto found = std::find_if(all.begin(), all.end(), is_it);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
  }

  Look look_;
  ViewsOf<View> views_of_;
  std::optional<api::Filter> terms_;
  std::string closing_;  // empty: the list is over
  std::vector<std::string> services_;
  std::size_t next_ = 0;
  bool is_first_ = true;
};

}  // namespace

template <class View>
std::shared_ptr<api::Pieces> list_pieces(Look look, ViewsOf<View> views_of,
                                         std::optional<api::Filter> terms, std::string closing) {
  return std::make_shared<ListPieces<View>>(std::move(look), std::move(views_of), std::move(terms),
                                            std::move(closing));
}

template std::shared_ptr<api::Pieces> list_pieces(Look, ViewsOf<api::ServerView>,
                                                  std::optional<api::Filter>, std::string);

template <class View>
api::Response listed(const Look& look, const ViewsOf<View>& views_of, const api::Call& call) {
  const Outlook now = look();
  if (!is_long(now.pools.config())) {
    std::vector<View> all;
    for (std::size_t i = 0; i < now.pools.config().virtual_servers.size(); ++i)
      for (View& view : views_of(now, i))
        all.push_back(std::move(view));
    return filtered(head(now), std::move(all), call);
  }
  std::optional<api::Filter> terms;
  if (const std::string word = api::word(call.query, "filter"); !word.empty()) {
    auto parsed = api::filter_of<View>(word);
    if (!parsed) return api::response(api::bad_request("filter: " + parsed.error()));
    terms = *std::move(parsed);
  }
  auto frame = api::list_frame<View>(head(now));
  return {.body = std::move(frame.opening),
          .pieces = list_pieces<View>(look, views_of, std::move(terms), std::move(frame.closing))};
}

template api::Response listed(const Look&, const ViewsOf<api::ServerView>&, const api::Call&);
template api::Response listed(const Look&, const ViewsOf<api::ServiceStatsView>&, const api::Call&);
template api::Response listed(const Look&, const ViewsOf<api::ServiceView>&, const api::Call&);

}  // namespace lvsd
