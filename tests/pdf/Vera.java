/** Validates PDF files against a PDF/A flavour with veraPDF; one line for each broken rule. */
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Vera {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
    for (int place = 1; place < arguments.length; place++) {
      try (PDFAParser parser =
          Foundries.defaultInstance().createParser(new FileInputStream(arguments[place]), flavour)) {
        ValidationResult result =
            Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
        System.out.println(arguments[place] + " " + (result.isCompliant() ? "compliant" : "broken"));
        for (TestAssertion assertion : result.getTestAssertions()) {
          if (assertion.getStatus() == TestAssertion.Status.FAILED) {
            System.out.println("  " + assertion.getRuleId().getClause() + " " + assertion.getMessage());
          }
        }
      }
    }
  }
}
