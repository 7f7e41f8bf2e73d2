package health.weft.conversation;

import health.weft.record.FileLimit;
import health.weft.referral.InboxRow;
import health.weft.referral.LightAnswers;
import health.weft.referral.Referrals;
import health.weft.referral.ServiceNames;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What conversations show on other pages: on a referral what is said about it, over the inbox what is new. */
@Configuration(proxyBeanMethods = false)
class ConversationPanels {
    private static final int MOST_WAITING = 8;

    @Bean
    Panel conversationOfReferral(Conversations conversations, FileLimit limit, Pages pages) {
        return Panel.at(Panel.Place.REFERRAL_TALK, (caller, referral, page) -> {
            Conversations.Talk talk = conversations.of(caller, referral);
            return talk.isEmpty()
                    ? Optional.empty()
                    : Optional.of(pages.content(
                            "conversation/talk.jte",
                            Map.of(
                                    "page", page,
                                    "talk", talk,
                                    "party", caller.party(),
                                    "errors", new Errors(),
                                    "typed", Map.of(),
                                    "today", LocalDate.now(page.text().zone()),
                                    "limit", limit.words())));
        });
    }

    /** For the person, who reads, and sends files to whoever helps. */
    @Bean
    Panel conversationOfPatient(Conversations conversations, FileLimit limit, Pages pages) {
        return Panel.at(Panel.Place.PORTAL_TALK, (caller, referral, page) -> {
            Conversations.Talk talk = conversations.of(caller, referral);
            return talk.said().isEmpty() && talk.steps().isEmpty() && !talk.open()
                    ? Optional.empty()
                    : Optional.of(pages.content(
                            "conversation/of-me.jte",
                            Map.of("page", page, "talk", talk, "party", caller.party(), "limit", limit.words())));
        });
    }

    /** The caller is whoever holds the link, as the page of links lets them in. */
    @Bean
    Panel conversationByLink(Conversations conversations, LightAnswers links, Pages pages) {
        return Panel.at(Panel.Place.LIGHT_TALK, (caller, token, page) -> {
            Conversations.Talk talk =
                    conversations.of(caller, links.holder(token).referral().id());
            return talk.open()
                    ? Optional.of(pages.content(
                            "conversation/light.jte",
                            Map.of("page", page, "talk", talk, "token", token, "problem", "", "words", "")))
                    : Optional.empty();
        });
    }

    @Bean
    Panel conversationsThatWait(Conversations conversations, Referrals referrals, ServiceNames names, Pages pages) {
        return Panel.at(Panel.Place.INBOX_NEXT, (caller, person, page) -> {
            List<Waits> rows = rows(
                    conversations,
                    referrals,
                    names,
                    caller,
                    LocalDate.now(page.text().zone()));
            return rows.isEmpty()
                    ? Optional.empty()
                    : Optional.of(pages.content("conversation/waiting.jte", Map.of("page", page, "rows", rows)));
        });
    }

    private static List<Waits> rows(
            Conversations conversations, Referrals referrals, ServiceNames names, Caller caller, LocalDate today) {
        Conversations.Waiting waiting = conversations.waiting(caller, MOST_WAITING);
        Map<String, InboxRow> known = new HashMap<>();
        referrals
                .rows(caller, names.forReader(referrals.byId(caller, waiting.referrals())))
                .forEach(row -> known.put(row.referral().id(), row));
        List<Waits> rows = new ArrayList<>();
        waiting.unread().forEach((id, messages) -> Optional.ofNullable(known.get(id))
                .ifPresent(row -> rows.add(new Waits(row, caller.party(), messages, null, false))));
        waiting.steps().forEach(step -> Optional.ofNullable(known.get(step.referralId()))
                .ifPresent(row -> rows.add(new Waits(row, caller.party(), 0, step, step.isLate(today)))));
        return rows;
    }
}
