#include "io/control/file_answer.h"

#include <algorithm>
#include <utility>

#include "io/control/byte_range.h"
#include "io/control/content_type.h"

namespace iwant::control {
namespace {

constexpr std::size_t kReadBytesMax = std::size_t{256} << 10;

class FileBody final : public BodySource, public std::enable_shared_from_this<FileBody> {
  public:
    FileBody(std::shared_ptr<FileReader> reader, std::uint64_t from, std::uint64_t end)
        : reader_(std::move(reader)), length_(end - from), next_(from), end_(end) {}

    std::optional<std::uint64_t> length() const override { return length_; }
    void next(Reply<std::string> reply) override {
        if (next_ == end_) return reply(std::string());
        const std::size_t wanted = std::min<std::uint64_t>(end_ - next_, kReadBytesMax);
        auto take = [self = weak_from_this(), reply = std::move(reply)](Result<std::string> bytes) {
            const auto body = self.lock();
            if (body == nullptr) return;
            if (bytes) body->next_ += bytes->size();
            reply(std::move(bytes));
        };
        reader_->read(next_, wanted, std::move(take));
    }

  private:
    const std::shared_ptr<FileReader> reader_;
    const std::uint64_t length_;
    std::uint64_t next_;
    const std::uint64_t end_;
};

// The content decides, so a tag is strong. Lists and weak tags are compared for what they contain.
bool names_tag(std::string_view field, const std::string& tag) {
    return field == "*" || field.find(tag) != std::string_view::npos;
}

}  // namespace

HttpAnswer file_answer(const RequestHead& head, OpenFile file) {
    const std::string tag = "\"" + file.hash + "\"";
    HttpAnswer answer;
    answer.fields = {{"ETag", tag}, {"Accept-Ranges", "bytes"}};
    if (names_tag(head.value("If-None-Match"), tag)) {
        answer.status = 304;
        answer.content_type = {};
        return answer;
    }
    // With another content in hand a part of this one is of no use.
    const bool same = head.count("If-Range") == 0 || head.value("If-Range") == tag;
    const ByteRange range =
        parse_byte_range(same ? head.value("Range") : std::string_view(), file.size_bytes);
    const std::string size = std::to_string(file.size_bytes);
    if (range.kind == ByteRange::Kind::unsatisfiable) {
        answer.status = 416;
        answer.fields.push_back({"Content-Range", "bytes */" + size});
        answer.body = "There is nothing of the file in this range.\n";
        answer.content_type = "text/plain; charset=utf-8";
        return answer;
    }
    if (range.kind == ByteRange::Kind::part) {
        answer.status = 206;
        answer.fields.push_back({"Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                      std::to_string(range.end - 1) + "/" + size});
    }
    answer.content_type = content_type_of(file.name);
    answer.fields.push_back({"Content-Disposition", disposition_of(file.name)});
    answer.source = std::make_shared<FileBody>(std::move(file.reader), range.first, range.end);
    return answer;
}

}  // namespace iwant::control
