#include "app/daemon/node_driver.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/test_signatory.h"
#include "io/net/test_support.h"

namespace iwant::daemon {
namespace {

class ANodeDriver : public testing::Test {
  protected:
    NodeDriver& start() {
        node::Self self{signatory_.peer(), 1, "ann", "test"};
        driver_ = std::make_unique<NodeDriver>(context_, std::move(self), signatory_,
                                               node::Options{}, 1, logger_);
        driver_->set_perform([this](const node::Action& action) {
            EXPECT_FALSE(performing_) << "one action at a time";
            performing_ = true;
            if (std::holds_alternative<node::Announce>(action)) ++announced_;
            if (const auto* answer = std::get_if<node::AnswerSearch>(&action))
                answered_.push_back(answer->ticket.value);
            if (on_action_) on_action_(action);
            performing_ = false;
        });
        return *driver_;
    }
    static node::SearchAsked search(std::uint64_t ticket) {
        Query query;
        query.text = "song";
        return {{ticket}, query};
    }

    boost::asio::io_context context_;
    TestSignatory signatory_{1, 1};
    NullLogger logger_;
    std::function<void(const node::Action&)> on_action_;
    bool performing_ = false;
    std::size_t announced_ = 0;
    std::vector<std::uint64_t> answered_;
    std::unique_ptr<NodeDriver> driver_;
};

TEST_F(ANodeDriver, WakesTheNodeByItself) {
    start().handle(node::TimePassed{});
    const std::size_t before = announced_;
    EXPECT_TRUE(net::run_until(context_, [&] { return announced_ > before; }))
        << "the next announcement comes without an event from outside";
}

TEST_F(ANodeDriver, HandlesWhatAnActionCausesAfterItReturned) {
    bool asked = false;
    on_action_ = [&](const node::Action&) {
        if (std::exchange(asked, true)) return;
        driver_->handle(search(1));
        driver_->handle(search(2));
        EXPECT_TRUE(answered_.empty()) << "not within the action";
    };
    start().handle(node::TimePassed{});
    ASSERT_TRUE(net::run_until(context_, [&] { return asked; })) << "the first announcement";
    EXPECT_TRUE(net::run_until(context_, [&] { return answered_.size() == 2; }));
    EXPECT_EQ(answered_, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(ANodeDriver, PerformsNothingAfterItWasStopped) {
    start().handle(node::TimePassed{});
    driver_->stop();
    const std::size_t before = announced_;
    driver_->handle(search(1));
    driver_->handle(node::StopAsked{});
    context_.run();
    EXPECT_TRUE(answered_.empty());
    EXPECT_EQ(announced_, before);
}

TEST_F(ANodeDriver, MayBeStoppedByAnAction) {
    std::size_t performed = 0;
    on_action_ = [&](const node::Action&) {
        ++performed;
        driver_->handle(search(1));
        driver_->stop();
    };
    start().handle(node::TimePassed{});
    context_.run();
    EXPECT_EQ(performed, 1U);
    EXPECT_TRUE(answered_.empty());
}

TEST_F(ANodeDriver, MayGoWhileItsTimerRuns) {
    start().handle(node::TimePassed{});
    driver_.reset();
    context_.run();
}

}  // namespace
}  // namespace iwant::daemon
