package health.weft.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers what the servlet container refused before a controller saw it: unknown pages, forbidden ones, broken requests. */
@Controller
class ErrorPages implements ErrorController {

    @RequestMapping("/error")
    Object error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Category category = Category.of(status instanceof Integer code ? code : 500);
        Problem problem =
                switch (category) {
                    case NOT_FOUND -> ProblemAdvice.nowhere();
                    case FORBIDDEN -> Problem.forbidden("Your account may not do that.");
                    case INVALID -> Problem.invalid("The request cannot be read as it was sent. Check its address.");
                    default -> new Problem(category, category.status().getReasonPhrase());
                };
        return ProblemAdvice.answer(problem, UUID.randomUUID().toString().substring(0, 8), request);
    }
}
