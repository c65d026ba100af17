#include "daemon/list_pieces.h"

#include <algorithm>
#include <utility>

#include "api/json.h"

namespace lvsd {

namespace {

// About; what it takes to make as much is a millisecond.
constexpr std::size_t piece_size = 65536;
// A piece without anything in it ends with the loop's patience, not with the list.
constexpr std::size_t services_a_piece = 100;

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
template std::shared_ptr<api::Pieces> list_pieces(Look, ViewsOf<api::ServiceView>,
                                                  std::optional<api::Filter>, std::string);

}  // namespace lvsd
